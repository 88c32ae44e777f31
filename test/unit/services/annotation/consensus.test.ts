import { describe, expect, it } from 'vitest'
import { State } from '#runtime/state/state.ts'
import type { GoldAnswered, Role } from '#schemas/events.ts'
import { MIN_CONFIDENCE } from '#services/annotation/consensus.ts'
import { reviewsNeeded } from '#services/annotation/decide.ts'
import { type Item, itemsOf, MAX_OVERLAPS, overlapsOf } from '#services/annotation/state.ts'
import { asked, isReview, isSample, review, run, sample } from './events.ts'

it('who proved careful outweighs two who proved careless', () => {
  const state = new State()
  for (let at = 0; at < 40; at++) {
    const id = `past-${at}`
    const said = (reviewer: string, tool: string, role: Role = 'reviewer') =>
      isReview(review(reviewer, tool, { sampleId: id, id: `${id}-${reviewer}`, role }))
    // The careless are wrong, each in its own way, four times of five.
    const wrong = (by: string): string => (at % 5 === 0 ? 'quote' : by)
    const past = [
      said('ann', 'quote'),
      said('bob', wrong('fees')),
      said('cy', wrong('margin')),
      said('dan', 'quote', 'adjudicator'),
    ]
    run([isSample(sample({ id })), ...past], asked(4), state)
  }
  const now = ['ann', 'bob', 'cy'].map(who => isReview(review(who, who === 'ann' ? 'margin' : 'holdings')))
  const { emitted } = run([isSample(sample()), ...now], asked(3), state)
  expect(emitted).toMatchObject([{ event: { calls: [{ tool: 'margin' }], agreement: 1 / 3, adjudicator: null } }])
  expect((emitted[0]?.event as GoldAnswered | undefined)?.confidence).toBeGreaterThan(MIN_CONFIDENCE)
})

describe('adjudication', () => {
  const two = asked(2)
  const disagreeing = [isSample(sample()), isReview(review('p', 'a', { notes: 'A' })), isReview(review('q', 'b'))]
  const settling = (tool: string | null) =>
    isReview(review('dan', tool, { role: 'adjudicator', parents: ['s1', 'r-p', 'r-q'], notes: 'C' }))

  it.each<[string, string | null, object]>([
    ['for one of them', 'b', { outcome: 'agreed', calls: [{ tool: 'b' }], agreement: 0.5, notes: ['A', 'C'] }],
    ['for neither', 'c', { outcome: 'agreed', calls: [{ tool: 'c' }], agreement: 0 }],
    ['that cannot tell either', null, { outcome: 'undecided', verdict: 'unclear', calls: null }],
  ])('settles a disagreement %s', (_what, tool, expected) => {
    const { emitted } = run([...disagreeing, settling(tool)], two)
    const common = { adjudicator: 'dan', reviewers: ['p', 'q', 'dan'], confidence: null }
    expect(emitted).toMatchObject([{ event: { ...common, ...expected }, parents: ['s1', 'r-p', 'r-q'] }])
  })

  it('is asked for when reviews that were asked for disagree, and not before', () => {
    const disputed = (records: typeof disagreeing): boolean | undefined =>
      run(records, two).state.get<Item>(itemsOf('desk'), 's1')?.disputed
    expect(disputed(disagreeing.slice(0, 2))).toBe(false)
    expect(disputed(disagreeing)).toBe(true)
    expect(disputed([...disagreeing.slice(1), ...disagreeing.slice(0, 1)])).toBe(true)
  })

  it('is not an independent review: only the others are what reviewers are known by', () => {
    const { state } = run([...disagreeing, settling('b')], two)
    const reviews = [
      { reviewer: 'p', verdict: 'wrong', tools: 'a' },
      { reviewer: 'q', verdict: 'wrong', tools: 'b' },
    ]
    expect(state.get(overlapsOf('desk'), 's1')).toMatchObject({ reviews, tools: 'b', adjudicated: true })
  })
})

describe('overlap', () => {
  const ids = Array.from({ length: 2000 }, (_none, at) => `sample-${at}`)
  const chosen = (overlapShare: number): string[] =>
    ids.filter(id => reviewsNeeded(id, { reviewersPerItem: 1, overlapShare }) === 2)

  it('a share of the items needs one review more, chosen by id: a larger share has those of a smaller one', () => {
    expect(chosen(0)).toEqual([])
    expect(chosen(1)).toEqual(ids)
    expect(chosen(0.1).length / ids.length).toBeCloseTo(0.1, 1)
    expect(chosen(0.3)).toEqual(expect.arrayContaining(chosen(0.1)))
  })

  it('what one person reviewed is not kept; the newest overlaps are', () => {
    const state = new State()
    run([isSample(sample()), isReview(review('p', 'a'))], asked(1), state)
    expect(state.size(overlapsOf('desk'))).toBe(0)
    const full = Array.from({ length: MAX_OVERLAPS }, (_none, at) => ({
      collection: overlapsOf('desk'),
      key: `k${at}`,
      value: { reviews: [], tools: null, adjudicated: false },
    }))
    state.apply(full)
    const more = ['p', 'q'].map(who => isReview(review(who, 'a', { sampleId: 's2' })))
    run([isSample(sample({ id: 's2' })), ...more], asked(2), state)
    expect(state.size(overlapsOf('desk'))).toBe(MAX_OVERLAPS)
    expect(state.get(overlapsOf('desk'), 'k0')).toBeUndefined()
    expect(state.get(overlapsOf('desk'), 's2')).toBeDefined()
  })
})

it('the score of gold is the verdict, corrected by how severe its reviewer is known to be', () => {
  const state = new State()
  for (let at = 0; at < 40; at++) {
    const said = (reviewer: string, verdict: 'right' | 'wrong') =>
      isReview(review(reviewer, 'quote', { sampleId: `past-${at}`, id: `${at}-${reviewer}`, verdict }))
    const harsh = at % 2 === 0 ? said('ann', 'wrong') : said('ann', 'right')
    run([isSample(sample({ id: `past-${at}` })), harsh, said('bob', 'right'), said('cy', 'right')], asked(3), state)
  }
  const scoreBy = (reviewer: string, verdict: 'right' | 'wrong'): number => {
    const id = `now-${reviewer}-${verdict}`
    const said = isReview(review(reviewer, 'quote', { sampleId: id, verdict }))
    const [gold] = run([isSample(sample({ id })), said], asked(1), state).emitted
    return (gold?.event as GoldAnswered | undefined)?.score ?? -1
  }
  expect(scoreBy('stranger', 'wrong')).toBe(0)
  expect(scoreBy('ann', 'wrong')).toBeGreaterThan(0.2)
  expect(scoreBy('ann', 'right')).toBe(1)
  expect(scoreBy('bob', 'right')).toBeLessThan(1)
})
