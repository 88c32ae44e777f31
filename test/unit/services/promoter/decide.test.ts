import { describe, expect, test } from 'vitest'
import type { CandidateEvaluated } from '#schemas/events.ts'
import { decide } from '#services/promoter/decide.ts'
import { given } from '#test/support/given.ts'
import { topic } from '#topology/topic-names.ts'
import { evaluated, margins, rollbackRequested } from './makers.ts'

const evaluation = (over: Partial<CandidateEvaluated> = {}) =>
  ({ topic: topic.evaluations, event: evaluated(over) }) as const
const rollback = (over: Parameters<typeof rollbackRequested>[0] = {}) =>
  ({ topic: topic.rollbackRequests, event: rollbackRequested(over) }) as const
const second = { id: 'evaluation-2', candidate: 'second', baseline: 'candidate', candidateAccuracy: 0.8 }

describe('an evaluation', () => {
  test('that passes as the first promotes the candidate, with no previous planner', () => {
    given(decide)
      .when(evaluation(), margins)
      .then(
        [
          {
            ...{ outcome: 'promoted', planner: 'candidate', candidate: 'candidate', previous: null, accuracy: 0.75 },
            ...{ difference: 0.05, evaluationId: 'evaluation-1', requestId: 'request-1' },
          },
        ],
        [{ collection: 'served/desk', key: 'desk', value: { planner: 'candidate', accuracy: 0.75, at: 1000 } }],
      )
  })

  test('that does not pass leaves what is served', () => {
    given(decide)
      .when(evaluation({ gained: 50 }), margins)
      .then([{ outcome: 'rejected', planner: 'base', candidate: 'candidate', previous: null, accuracy: 0.7 }], [])
  })

  test('against anything but the planner served now is rejected as stale', () => {
    given(decide)
      .when(evaluation(), margins)
      .when(evaluation({ id: 'evaluation-2', candidate: 'second', candidateAccuracy: 0.9 }), margins)
      .when(evaluation(second), margins)
      .then([
        { outcome: 'promoted', planner: 'candidate' },
        { outcome: 'rejected', planner: 'candidate', previous: 'candidate', accuracy: 0.75 },
        { outcome: 'promoted', planner: 'second', previous: 'candidate' },
      ])
  })

  test('that is stale says so first', () => {
    const { events } = given(decide).when(evaluation(), margins).when(evaluation(), margins)
    expect(events[1]).toMatchObject({ outcome: 'rejected', reasons: expect.arrayContaining(['stale baseline']) })
  })

  test('of another agent starts from nothing', () => {
    given(decide)
      .when(evaluation(), margins)
      .when(evaluation({ agent: 'other' }), margins)
      .then([{ agent: 'desk' }, { agent: 'other', outcome: 'promoted', previous: null }])
  })

  test('is judged by the margins of its agent', () => {
    const slightlyWorse = {
      difference: -0.005,
      lower: -0.03,
      upper: 0.02,
      gained: 50,
      lost: 50,
      candidateLatencyMs: 0.4,
    }
    given(decide)
      .when(evaluation(slightlyWorse), margins)
      .when(evaluation(slightlyWorse), { ...margins, margin: 0.04 })
      .then([{ outcome: 'rejected' }, { outcome: 'promoted' }])
  })
})

describe('a rollback request', () => {
  const afterTwo = () => given(decide).when(evaluation(), margins).when(evaluation(second), margins).state

  test('serves the earlier planner again, and says who asked and why', () => {
    given(decide, afterTwo())
      .when(rollback({ id: 'back-1', requestedBy: 'ops', why: 'fees are wrong' }), margins)
      .then(
        [
          {
            ...{
              agent: 'desk',
              outcome: 'rolledBack',
              planner: 'candidate',
              candidate: 'candidate',
              previous: 'second',
            },
            ...{ evaluationId: 'evaluation-1', requestId: 'request-1', accuracy: 0.75 },
            reasons: ['rolled back by ops: fees are wrong'],
          },
        ],
        [
          { collection: 'rollbacks/desk', key: 'back-1', value: 5000 },
          { collection: 'served/desk', key: 'desk', value: { planner: 'candidate', accuracy: 0.75, at: 5000 } },
        ],
      )
      // The next candidate must have been compared with the restored planner.
      .when(evaluation({ id: 'evaluation-3', candidate: 'third', baseline: 'second' }), margins)
      .when(evaluation({ id: 'evaluation-4', candidate: 'third', baseline: 'candidate' }), margins)
      .then([
        { outcome: 'rejected', planner: 'candidate', previous: 'candidate' },
        { outcome: 'promoted', planner: 'third', previous: 'candidate' },
      ])
      // The same request once more, after a promotion: it was handled.
      .when(rollback({ id: 'back-1' }), margins)
      .then([], [])
  })

  test('for the planner that is served already emits nothing', () => {
    given(decide, [{ collection: 'served/desk', key: 'desk', value: { planner: 'candidate', accuracy: 0.75 } }])
      .when(rollback({ id: 'back-2' }), margins)
      .then([], [{ collection: 'rollbacks/desk', key: 'back-2', value: 5000 }])
  })

  test('of another agent does not concern this one', () => {
    given(decide, [{ collection: 'served/desk', key: 'desk', value: { planner: 'second', accuracy: 0.8 } }])
      .when(rollback({ agent: 'other' }), margins)
      .when(evaluation({ baseline: 'second', candidate: 'third' }), margins)
      .then([
        { agent: 'other', outcome: 'rolledBack', previous: null },
        { agent: 'desk', outcome: 'promoted', previous: 'second' },
      ])
  })

  test('is remembered for the last 100 requests of an agent', () => {
    const first = given(decide).when(rollback(), margins)
    const { state } = Array.from({ length: 120 }, (_none, at) => `back-${at}`).reduce(
      (before, id) => before.when(rollback({ id, planner: `planner of ${id}` }), margins),
      first,
    )
    expect(state.size('rollbacks/desk')).toBe(100)
  })
})

test('no release is dated before the one that it replaces', () => {
  const rolledBack = given(decide)
    .when(evaluation(), margins)
    .when(evaluation(second), margins)
    .when(rollback(), margins)
  const third = evaluation({ id: 'evaluation-3', candidate: 'third', baseline: 'candidate', candidateAccuracy: 0.8 })
  const { emit = [], stateChanges = [] } = decide(third, margins, rolledBack.state)
  expect(third.event.at).toBeLessThan(rollback().event.at)
  expect(emit).toMatchObject([{ event: { outcome: 'promoted' }, notBefore: rollback().event.at }])
  expect(stateChanges).toMatchObject([{ value: { planner: 'third', at: rollback().event.at } }])
})
