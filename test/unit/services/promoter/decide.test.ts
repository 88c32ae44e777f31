import { expect, test } from 'vitest'
import { State } from '#runtime/state/state.ts'
import type { CandidateEvaluated } from '#schemas/events.ts'
import { decide } from '#services/promoter/decide.ts'
import { topic } from '#topology/topic-names.ts'
import { evaluated } from './makers.ts'

function released(event: CandidateEvaluated, state = new State()) {
  const { emit = [], stateChanges = [] } = decide({ topic: topic.evaluations, event }, undefined, state)
  state.apply(stateChanges)
  return emit.map(out => out.event)[0]
}

test('the first promotion serves the candidate and has no previous', () => {
  expect(released(evaluated())).toMatchObject({
    outcome: 'promoted',
    planner: 'candidate',
    previous: null,
    accuracy: 0.75,
    difference: 0.05,
    evaluationId: 'evaluation-1',
    requestId: 'request-1',
  })
})

test('a rejection goes on serving what was served', () => {
  expect(released(evaluated({ gained: 50 }))).toMatchObject({
    outcome: 'rejected',
    planner: 'base',
    candidate: 'candidate',
    previous: null,
    accuracy: 0.7,
  })
})

test('the next candidate must have been compared with what is served now', () => {
  const state = new State()
  released(evaluated(), state)
  const stale = released(evaluated({ candidate: 'other', candidateAccuracy: 0.9 }), state)
  expect(stale).toMatchObject({ outcome: 'rejected', planner: 'candidate', previous: 'candidate', accuracy: 0.75 })
  expect(stale?.reasons[0]).toBe('stale baseline')
  const next = released(evaluated({ candidate: 'other', baseline: 'candidate' }), state)
  expect(next).toMatchObject({ outcome: 'promoted', planner: 'other', previous: 'candidate' })
})

test('the same evaluation twice promotes once', () => {
  const state = new State()
  released(evaluated(), state)
  expect(released(evaluated(), state)).toMatchObject({ outcome: 'rejected', planner: 'candidate' })
})

test('agents never mix', () => {
  const state = new State()
  released(evaluated(), state)
  expect(released(evaluated({ agent: 'other' }), state)).toMatchObject({ outcome: 'promoted', previous: null })
})
