import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type LabelledRow, minLabelled, ppiMean } from '#statistics/ppi.ts'
import { gaussian, mulberry32, type Random } from '#statistics/random.ts'

const simulations = 1_000
const [labelled, unlabelled] = [200, 5_000]

/** How a simulated judge scores a plan that is right or wrong. */
const judges: Record<string, (right: boolean, random: Random) => number> = {
  good: (right, random) => clipped((right ? 0.75 : 0.3) + 0.15 * gaussian(random)),
  // Always too kind: its plain mean would be far off.
  lenient: (right, random) => clipped((right ? 0.95 : 0.7) + 0.15 * gaussian(random)),
}
const clipped = (score: number): number => Math.max(0, Math.min(1, score))
const blind = (_right: boolean, random: Random): number => random()

const row = (share: number, judge: (typeof judges)[string], random: Random, weight = 1): LabelledRow => {
  const right = random() < share
  return { truth: Number(right), judged: judge(right, random), weight }
}
const rows = (count: number, ...how: Parameters<typeof row>): LabelledRow[] =>
  Array.from({ length: count }, () => row(...how))
const width = ({ interval }: { readonly interval: { readonly lower: number; readonly upper: number } }): number =>
  interval.upper - interval.lower

/** Share of intervals that hold the truth, and their mean width beside that of gold alone. */
function simulate(share: number, judge: (typeof judges)[string], seed: number, judgedAlone = unlabelled) {
  let [covered, wide, wideAlone] = [0, 0, 0]
  const random = mulberry32(seed)
  for (let at = 0; at < simulations; at++) {
    const gold = rows(labelled, share, judge, random)
    const found = ppiMean(gold, rows(judgedAlone, share, judge, random))
    const alone = ppiMean(gold, [])
    if (!found || !alone) throw new Error('there is an estimate of 200 rows')
    if (found.interval.lower <= share && share <= found.interval.upper) covered++
    wide += width(found)
    wideAlone += width(alone)
  }
  return { covered: covered / simulations, ratio: wide / wideAlone }
}

describe(`of ${simulations} simulations with ${labelled} gold and ${unlabelled} judged rows`, {
  timeout: 60_000,
}, () => {
  test.each([
    ['good', 0.5, 0.8],
    ['good', 0.25, 0.85],
    ['lenient', 0.7, 0.9],
  ])(
    '93 to 97%% of the intervals hold the truth, and they are narrower than those of gold: %s, %d',
    (kind, share, most) => {
      const { covered, ratio } = simulate(share, judges[kind] ?? blind, 7)
      expect(covered).toBeGreaterThanOrEqual(0.93)
      expect(covered).toBeLessThanOrEqual(0.97)
      expect(ratio).toBeLessThan(most)
    },
  )

  test('with as few judged rows their own chance is in the interval too', () => {
    const { covered } = simulate(0.5, judges['good'] ?? blind, 7, labelled)
    expect(covered).toBeGreaterThanOrEqual(0.93)
    expect(covered).toBeLessThanOrEqual(0.97)
  })

  test('a judge that knows nothing costs nothing', () => {
    const { covered, ratio } = simulate(0.5, blind, 7)
    expect(covered).toBeGreaterThanOrEqual(0.93)
    expect(ratio).toBeLessThan(1.01)
  })
})

test('with rows drawn by their inclusion probability the weights tell the mean of all', { timeout: 60_000 }, () => {
  const random = mulberry32(11)
  // Wrong plans are drawn four times as often.
  const drawn = (count: number): LabelledRow[] => {
    const some: LabelledRow[] = []
    while (some.length < count) {
      const one = row(0.6, judges['good'] ?? (() => 0), random)
      const chance = one.truth === 1 ? 0.1 : 0.4
      if (random() < chance) some.push({ ...one, weight: 1 / chance })
    }
    return some
  }
  let covered = 0
  for (let at = 0; at < 300; at++) {
    const { lower, upper } = ppiMean(drawn(labelled), drawn(2_000))?.interval ?? { lower: 1, upper: 0 }
    if (lower <= 0.6 && 0.6 <= upper) covered++
  }
  expect(covered / 300).toBeGreaterThan(0.92)
})

test('where gold is written for low scores first, the judge makes up for most of the leaning', () => {
  const random = mulberry32(13)
  const all = rows(3_000, 0.5, judges['good'] ?? blind, random)
  const written = new Map(all.map(one => [one, random() < (one.judged < 0.5 ? 0.2 : 0.05)]))
  const [gold = [], rest = []] = [true, false].map(kind => all.filter(one => written.get(one) === kind))
  const leaning = Math.abs((ppiMean(gold, [])?.mean ?? 1) - 0.5)
  expect(leaning).toBeGreaterThan(0.15)
  expect(Math.abs((ppiMean(gold, rest)?.mean ?? 1) - 0.5)).toBeLessThan(leaning / 3)
})

test('without judged rows it is the mean of gold; a scale of all weights changes nothing; few rows give nothing', () => {
  const some = fc.array(
    fc.record({
      truth: fc.constantFrom(0, 1),
      judged: fc.double({ min: 0, max: 1, noNaN: true }),
      weight: fc.double({ min: 0.5, max: 20, noNaN: true }),
    }),
    { minLength: minLabelled, maxLength: 60 },
  )
  fc.assert(
    fc.property(some, some, (gold, judged) => {
      const total = gold.reduce((sum, { weight }) => sum + weight, 0)
      const mean = gold.reduce((sum, { truth, weight }) => sum + truth * weight, 0) / total
      expect(ppiMean(gold, [])?.mean).toBeCloseTo(mean)
      const twice = (many: readonly LabelledRow[]) => many.map(one => ({ ...one, weight: 2 * one.weight }))
      const [once, doubled] = [ppiMean(gold, judged), ppiMean(twice(gold), twice(judged))]
      expect(doubled?.mean).toBeCloseTo(once?.mean ?? Number.NaN)
      expect(doubled?.interval.lower).toBeCloseTo(once?.interval.lower ?? Number.NaN)
      expect(ppiMean(gold.slice(0, minLabelled - 1), judged)).toBeUndefined()
    }),
  )
})
