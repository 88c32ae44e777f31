import { expect, test } from 'vitest'
import { reviewOrder } from '#services/annotation/review-order.ts'
import { estimateQuality, type GoldScore } from '#services/console/quality.ts'
import { type SampledTurn, withScore } from '#statistics/estimation-rows.ts'
import { productionMean } from '#statistics/production-mean.ts'
import { mulberry32 } from '#statistics/random.ts'

const accuracy = 0.8
const days = 40
/** Reviewers see this share of what is selected. */
const reviewedShare = 0.6

type Selected = { readonly sampleId: string; readonly at: number; readonly value: number; readonly score: number }

/**
 * A stream of turns with known accuracy. Wrong turns are more often doubtful, and doubtful ones are sampled more often and have more
 * value. Of the wrong turns a fifth is escalated a day later: those that were passed over become corrections, of the highest value.
 * Every day reviewers take what the queue gives them, and leave the rest.
 */
function simulate(seed: number, share: number, turnsOfDay: number): ReadonlyMap<string, SampledTurn<GoldScore>> {
  const random = mulberry32(seed)
  const turns = new Map<string, SampledTurn<GoldScore>>()
  const corrections = new Set<string>()
  let queue: Selected[] = []
  let escalated: Selected[] = []
  const scoreOf = ({ sampleId, at, score }: Selected, source: 'production' | 'gold', probability = 1) => {
    const arms = corrections.has(sampleId) ? ['random', 'correction'] : ['random']
    const scored = { sampleId, at, source, trusted: true, inclusionProbability: probability, arms }
    const turn = withScore(turns.get(sampleId), scored, { score })
    if (turn !== undefined) turns.set(sampleId, turn)
  }
  let leased = 0
  for (let day = 0; day < days; day++) {
    for (const late of escalated) {
      corrections.add(late.sampleId)
      scoreOf(late, 'production')
      queue.push(late)
    }
    escalated = []
    for (let turn = 0; turn < turnsOfDay; turn++) {
      const score = Number(random() < accuracy)
      const doubt = score === 1 ? random() ** 2 : 1 - random() ** 2
      const probability = Math.max(2 * share - 1, Math.min(1, share * (0.4 + 1.6 * doubt)))
      const selected = { sampleId: `${seed}-${day}-${turn}`, at: day + turn / turnsOfDay, value: doubt, score }
      if (random() < probability) {
        scoreOf(selected, 'production', probability)
        queue.push(selected)
      } else if (score === 0 && random() < 0.2) escalated.push({ ...selected, at: day + 1, value: 10 })
    }
    const reviewed = new Set(reviewOrder(queue, Math.round(reviewedShare * share * turnsOfDay), leased))
    leased += reviewed.size
    for (const one of reviewed) scoreOf(one, 'gold')
    queue = queue.filter(one => !reviewed.has(one))
  }
  return turns
}

test.each([
  { share: 0.1, turnsOfDay: 160 },
  { share: 0.5, turnsOfDay: 40 },
  { share: 1, turnsOfDay: 20 },
])(
  'of 1,000 streams sampled at a share of $share and reviewed by value, 93% to 97% of the intervals hold the truth (seeds 1 to 1000)',
  ({ share, turnsOfDay }) => {
    const held = { estimate: 0, allGold: 0 }
    const streams = 1000
    for (let seed = 1; seed <= streams; seed++) {
      const turns = [...simulate(seed, share, turnsOfDay).values()]
      const { interval } = estimateQuality(turns)
      const rows = turns.flatMap(({ probability: p, gold }) => (gold?.score == null ? [] : [{ p, y: gold.score }]))
      held.estimate += Number(holds(interval))
      held.allGold += Number(holds(productionMean(rows)?.interval))
    }
    expect(held.estimate / streams).toBeGreaterThanOrEqual(0.93)
    expect(held.estimate / streams).toBeLessThanOrEqual(0.97)
    // All gold that there is leans towards what reviewers see first.
    expect(held.allGold / streams).toBeLessThan(0.6)
  },
)

const holds = (interval: { readonly lower: number; readonly upper: number } | null | undefined): boolean =>
  interval != null && interval.lower <= accuracy && accuracy <= interval.upper
