import fc from 'fast-check'
import { expect, test } from 'vitest'
import { probability, scaleOf } from '#services/sampler/controller.ts'
import { active, escalation, rating, selections, turn } from './stream.ts'

const words = ['price', 'of', 'apple', 'sell', 'my', 'shares', 'wire', 'cash', 'tax', 'form', 'password', 'fees']
const question = fc.array(fc.constantFrom(...words), { minLength: 1, maxLength: 5 }).map(some => some.join(' '))
const details = fc.record({
  question,
  tool: fc.constantFrom('quote', 'place_order', 'fees'),
  margin: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
  latencyMs: fc.option(fc.double({ min: 0, max: 60_000, noNaN: true })),
})

test('a turn, its escalation and its ratings end in the same choice in any order of arrival', () => {
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
        return selections(stream, { sampleShare: share, sampling: 'active' }).filter(({ turnId }) => turnId === id)
      })
      corrected += Number(one?.[0]?.correction ?? false)
      expect(one?.map(({ turnId }) => turnId)).toEqual(other?.map(({ turnId }) => turnId))
      expect(one?.length).toBeLessThanOrEqual(1)
    }),
    { numRuns: 300 },
  )
  expect(corrected).toBeGreaterThan(10)
})

test('every inclusion probability is above 0 and at most 1, and grows with the weight', () => {
  const control = fc.record({
    turns: fc.nat(),
    picks: fc.nat(),
    mean: fc.double({ min: 0.1, max: 2000, noNaN: true }),
    debt: fc.double({ min: -48, max: 48, noNaN: true }),
  })
  const share = fc.double({ min: 1e-6, max: 1, noNaN: true })
  const weight = fc.double({ min: 0.1, max: 2000, noNaN: true })
  fc.assert(
    fc.property(control, share, weight, weight, (seen, part, a, b) => {
      const scale = scaleOf(seen, part)
      const [low, high] = [probability(Math.min(a, b), scale), probability(Math.max(a, b), scale)]
      expect(low).toBeGreaterThan(0)
      expect(high).toBeLessThanOrEqual(1)
      expect(low).toBeLessThanOrEqual(high)
    }),
  )
})

test('what a 5% sample picks, a 10% sample picks', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 20, maxLength: 60 }), ids => {
      const picks = (sampleShare: number) =>
        selections(
          ids.map(id => turn(id)),
          { sampleShare, sampling: 'random' },
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
