import fc from 'fast-check'
import { expect, test } from 'vitest'
import { State } from '#runtime/state/state.ts'
import { contenderShare, randomProbability } from '#services/sampler/controller.ts'
import { active, escalation, rating, selections, turn } from '#test/unit/services/sampler/stream.ts'

const words = ['price', 'of', 'apple', 'sell', 'my', 'shares', 'wire', 'cash', 'tax', 'form', 'password', 'fees']
const question = fc.array(fc.constantFrom(...words), { minLength: 1, maxLength: 5 }).map(some => some.join(' '))
const details = fc.record({
  question,
  tool: fc.constantFrom('quote', 'place_order', 'fees'),
  margin: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
  latencyMs: fc.option(fc.double({ min: 0, max: 60_000, noNaN: true })),
})

test('a turn, its escalation and its ratings end in the same choice and state in any order of arrival', () => {
  const story = fc.record({
    before: fc.array(details, { maxLength: 40 }),
    id: fc.string({ minLength: 1, maxLength: 8 }).map(text => `it-${text}`),
    it: details,
    said: fc.subarray(['escalated', 'down', 'up'] as const, { minLength: 1 }),
    share: fc.double({ min: 0.01, max: 1, noNaN: true }),
    shuffles: fc.tuple(fc.infiniteStream(fc.nat()), fc.infiniteStream(fc.nat())),
    byTurn: fc.boolean(),
  })
  let corrected = 0
  fc.assert(
    fc.property(story, ({ before, id, it, said, share, shuffles, byTurn }) => {
      const about = byTurn ? {} : { turnId: null }
      const arrivals = [
        turn(id, it),
        ...said.map(kind => (kind === 'escalated' ? escalation(id, about) : rating(id, kind, about))),
      ]
      const [one, other] = shuffles.map(keys => {
        const ordered = arrivals.map(arrival => ({ arrival, key: keys.next().value })).toSorted((a, b) => a.key - b.key)
        const stream = [
          ...before.map((detail, at) => turn(`before${at}`, detail)),
          ...ordered.map(({ arrival }) => arrival),
        ]
        const state = new State()
        const picks = selections(stream, { ...active, sampleShare: share }, state)
        state.markCommitted()
        return {
          picks: picks.filter(({ turnId }) => turnId === id),
          state: Map.groupBy(state.toChanges(), ({ collection }) => collection),
        }
      })
      corrected += Number(one?.picks[0]?.correction ?? false)
      expect(one?.picks.map(({ turnId }) => turnId)).toEqual(other?.picks.map(({ turnId }) => turnId))
      expect(one?.picks.length).toBeLessThanOrEqual(1)
      expect(one?.state).toEqual(other?.state)
    }),
    { numRuns: 300 },
  )
  expect(corrected).toBeGreaterThan(10)
})

test('every inclusion probability is at least the floor and at most 1, and outcomes never lower it', () => {
  const story = fc.array(fc.tuple(details, fc.boolean(), fc.boolean()), { minLength: 50, maxLength: 400 })
  const share = fc.double({ min: 0.01, max: 1, noNaN: true })
  fc.assert(
    fc.property(story, share, (some, sampleShare) => {
      const stream = some.flatMap(([detail, escalated, down], at) => [
        turn(`t${at}`, detail),
        ...(escalated ? [escalation(`t${at}`)] : []),
        ...(down ? [rating(`t${at}`, 'down')] : []),
      ])
      const budget = { ...active, sampleShare }
      for (const { inclusionProbability, arms } of selections(stream, budget)) {
        expect(inclusionProbability).toBeGreaterThanOrEqual(randomProbability(budget, false))
        expect(inclusionProbability).toBeLessThanOrEqual(1)
        expect(inclusionProbability).toBe(Math.max(...arms.map(({ weight }) => weight)))
        const ofRanked = arms.filter(({ arm }) => arm === 'uncertain' || arm === 'underrepresented')
        for (const { weight } of ofRanked) expect(weight).toBeLessThanOrEqual(contenderShare(budget))
      }
    }),
    { numRuns: 30 },
  )
})

test('what a 5% sample picks, a 10% sample picks', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 20, maxLength: 60 }), ids => {
      const picks = (sampleShare: number) =>
        selections(
          ids.map(id => turn(id)),
          { ...active, sampleShare, sampling: 'random' },
        ).map(({ turnId }) => turnId)
      expect(picks(0.1)).toEqual(expect.arrayContaining(picks(0.05)))
    }),
    { numRuns: 50 },
  )
})

test('the same stream gives the same samples', () => {
  fc.assert(
    fc.property(fc.array(details, { maxLength: 30 }), some => {
      const stream = some.flatMap((detail, at) => [turn(`t${at}`, detail), rating(`t${at}`, 'down')])
      expect(selections(stream, active)).toEqual(selections(stream, active))
    }),
    { numRuns: 30 },
  )
})

test('a batch that is rolled back and comes again leaves no trace', () => {
  const batches = fc.array(fc.record({ again: fc.boolean(), some: fc.array(details, { maxLength: 30 }) }), {
    maxLength: 20,
  })
  fc.assert(
    fc.property(batches, story => {
      const [plain, rolled] = [new State(), new State()]
      story.forEach(({ again, some }, batch) => {
        const stream = some.flatMap((detail, at) => {
          const id = `${batch}-${at}`
          return [
            turn(id, { ...detail, conversationId: `about-${at}` }),
            escalation(id, { conversationId: `about-${at}` }),
          ]
        })
        if (again) {
          selections(stream.toReversed(), active, rolled)
          rolled.rollBack()
        }
        expect(selections(stream, active, rolled)).toEqual(selections(stream, active, plain))
        for (const state of [plain, rolled]) state.markCommitted()
      })
      const [one, other] = [rolled, plain].map(state => Map.groupBy(state.toChanges(), ({ collection }) => collection))
      expect(one).toEqual(other)
    }),
    { numRuns: 50 },
  )
})
