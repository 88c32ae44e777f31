import { describe, expect, it, test } from 'vitest'
import { MIN_CONFIDENCE } from '#services/annotation/consensus.ts'
import { dawidSkene, type ItemVotes } from '#statistics/dawid-skene.ts'
import { type Simulated, simulate } from './simulated-reviewers.ts'

const seeds = Array.from({ length: 40 }, (_none, seed) => seed + 1)
const withErrors = (...rates: readonly number[]): Simulated[] => rates.map(errorRate => ({ errorRate, severity: 0 }))
const unlike = withErrors(0.03, 0.05, 0.25, 0.35, 0.45)
const alike = withErrors(0.1, 0.2, 0.3)

/** The most frequent value; of several the first that was named: as good as by chance, since the order of reviewers is. */
function majority({ votes }: ItemVotes): string | undefined {
  const counts = new Map<string, number>()
  for (const { value } of votes) counts.set(value, (counts.get(value) ?? 0) + 1)
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0]
}

/** The likeliest value for one who knows every reviewer's error rate: no consensus can be wrong less often. */
function oracle({ votes }: ItemVotes, reviewers: readonly Simulated[], values: number): string | undefined {
  const chance = (candidate: string): number =>
    votes.reduce((product, { reviewer, value }) => {
      const { errorRate } = reviewers[Number(reviewer.slice(1))] ?? { errorRate: 0 }
      return product * (value === candidate ? 1 - errorRate : errorRate / (values - 1))
    }, 1)
  return votes.map(({ value }) => value).sort((a, b) => chance(b) - chance(a))[0]
}

/** How often each was wrong over all seeds, and how often the consensus was right where it was sure and reviewers differed. */
function measured(reviewers: readonly Simulated[], values: number) {
  const wrong = { majority: 0, consensus: 0, oracle: 0 }
  const sure = { items: 0, right: 0 }
  for (const seed of seeds) {
    const items = simulate(seed, 400, reviewers, values)
    const consensus = dawidSkene(items.map(({ votes }) => ({ votes }))).items
    for (const [at, item] of items.entries()) {
      const [value, probability = 0] = consensus[at]?.[0] ?? []
      if (majority(item) !== item.truth) wrong.majority++
      if (value !== item.truth) wrong.consensus++
      if (oracle(item, reviewers, values) !== item.truth) wrong.oracle++
      if (probability < MIN_CONFIDENCE || new Set(item.votes.map(vote => vote.value)).size === 1) continue
      sure.items++
      if (value === item.truth) sure.right++
    }
  }
  return { ...wrong, surelyRight: sure.right / sure.items }
}

describe.each([2, 4, 28])('three reviewers an item, %i values', values => {
  test('where reviewers are unlike, consensus is wrong at least a third less often than the majority', () => {
    const { majority, consensus, oracle, surelyRight } = measured(unlike, values)
    expect(consensus).toBeLessThanOrEqual((2 / 3) * majority)
    // Of what could be gained by knowing the reviewers, most is.
    expect(majority - consensus).toBeGreaterThan(0.7 * (majority - oracle))
    expect(surelyRight).toBeGreaterThanOrEqual(MIN_CONFIDENCE)
  })

  test('where they are much alike, little can be gained by anybody, and nothing is lost', () => {
    const { majority, consensus, oracle } = measured(alike, values)
    expect(oracle).toBeGreaterThan(0.6 * majority)
    expect(consensus).toBeLessThan(1.05 * majority)
  })

  test.each(seeds.slice(0, 10))('the careful are told from the careless (seed %i)', seed => {
    const { accuracy } = dawidSkene(simulate(seed, 400, unlike, values).map(({ votes }) => ({ votes })))
    for (const good of ['r0', 'r1'])
      for (const bad of ['r3', 'r4']) expect(accuracy(good)).toBeGreaterThan(accuracy(bad))
  })
})

const vote = (reviewer: string, value: string) => ({ reviewer, value })

describe('what is known', () => {
  it('a habit of confusing two tools is seen through: two who share it are outweighed by one who has it not', () => {
    const known: ItemVotes[] = Array.from({ length: 60 }, (_none, at) => {
      const truth = at % 2 === 0 ? 'fees' : 'margin'
      return { truth, votes: [vote('ann', truth), vote('bob', 'fees'), vote('cy', 'fees')] }
    })
    const { items, confusion } = dawidSkene([
      ...known,
      { votes: [vote('ann', 'margin'), vote('bob', 'fees'), vote('cy', 'fees')] },
    ])
    expect(items.at(-1)?.[0]?.[0]).toBe('margin')
    expect(confusion('bob')).toContainEqual({ truth: 'margin', said: 'fees', count: expect.closeTo(31, 0) })
  })

  it('of three unknown reviewers two outweigh one, without certainty', () => {
    const [best, other] = dawidSkene([{ votes: [vote('a', 'x'), vote('b', 'x'), vote('c', 'y')] }]).items[0] ?? []
    expect(best?.[0]).toBe('x')
    expect(best?.[1]).toBeLessThan(MIN_CONFIDENCE)
    expect((best?.[1] ?? 0) + (other?.[1] ?? 0)).toBeCloseTo(1)
  })

  it('of two unknown reviewers neither outweighs the other', () => {
    const [both] = dawidSkene([{ votes: [vote('a', 'x'), vote('b', 'y')] }]).items
    expect(both?.map(([, probability]) => probability)).toEqual([0.5, 0.5])
  })

  it('nothing is known of nobody', () => {
    const { items, accuracy, confusion } = dawidSkene([{ votes: [] }])
    expect([items, accuracy('a'), confusion('a')]).toEqual([[[]], 0.8, []])
  })
})
