import { expect, test } from 'vitest'
import { State } from '#runtime/state/state.ts'
import type { SampleScored } from '#schemas/events.ts'
import { decide as curate } from '#services/curator/decide.ts'
import { call } from '#test/support/data/turns.ts'
import { facts, gold as goldOf, scored, widened } from '#test/unit/services/curator/makers.ts'
import { gold, sample, scores } from '#test/unit/services/judge/events.ts'
import { biased, pairs } from '#test/unit/services/judge/simulated-judges.ts'
import { services } from '#topology/map.ts'
import { topic } from '#topology/topic-names.ts'
import type { Inbound } from '#topology/types.ts'

/** What a judge that favours long answers said of 200 plans, as it went into the log. */
function saidByBiased(): readonly SampleScored[] {
  const stream = pairs(1, 200, biased.longer).flatMap(({ right, length, first, score }, at) => {
    const opinion = { verdict: { score, toolCorrect: null, reason: 'because' } }
    const facts = { rubric: 'r', prompt: 'p', model: 'm', plannedFirst: first, opinion }
    return [
      { inbound: sample(`s${at}`, { answer: 'x'.repeat(length) }), facts },
      { inbound: gold(`s${at}`, right ? {} : { calls: [call('fees')] }), facts: null },
    ]
  })
  const state = new State()
  return stream.flatMap(({ inbound, facts }, at) =>
    scores([inbound], state, () => facts).map(({ objects: _stored, ...event }) => ({
      ...{ ...event, id: `e${at}`, parents: [], at },
    })),
  )
}

/** All that the curator decides and keeps. */
function curated(events: readonly Inbound<'curator'>[]) {
  const state = new State()
  const decisions = events.map(inbound => {
    const decision = curate(inbound, inbound.topic === topic.scoredSamples ? undefined : facts, state)
    state.apply(decision.stateChanges ?? [])
    return { emit: decision.emit ?? [], objects: (decision.objects ?? []).map(bytes => Buffer.from(bytes).toString()) }
  })
  state.markCommitted()
  return { decided: decisions.filter(({ emit }) => emit.length > 0), kept: [...state.toChanges()] }
}

test('scores of a quarantined version, whatever they are of, leave no trace in a dataset or in what decides it', () => {
  const rows = Array.from({ length: 30 }, (_none, n): Inbound<'curator'>[] => [
    { topic: topic.goldAnswers, event: goldOf(n) },
    { topic: topic.syntheticSamples, event: widened(n, 1) },
  ])
  const quarantined = saidByBiased().filter(({ model, trusted }) => model === 'm' && !trusted)
  expect(quarantined.length).toBeGreaterThan(50)
  const ofGold = Array.from({ length: 30 }, (_none, n) => scored(n, { trusted: false, toolCorrect: false, score: 0 }))
  const untrusted = [...quarantined, ...ofGold].map(event => ({ topic: topic.scoredSamples, event }) as const)
  const without = curated(rows.flat())
  expect(without.decided).toHaveLength(2)
  expect(
    curated([...untrusted.slice(0, 100), ...rows.flat().slice(0, -2), ...untrusted, ...rows.flat().slice(-2)]),
  ).toEqual(without)
})

test('what decides a release reads no scores but through datasets', () => {
  const readers = Object.entries(services).filter(([, { reads, follows }]) =>
    [...reads, ...follows].some(name => name === topic.scoredSamples),
  )
  expect(readers.map(([name]) => name)).toEqual(['annotation', 'curator', 'console'])
})
