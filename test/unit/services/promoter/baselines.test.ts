import { expect, test } from 'vitest'
import type { CandidateEvaluated } from '#schemas/events.ts'
import { judgeCandidate } from '#services/promoter/baselines.ts'
import { pairedDifference, tangoInterval } from '#statistics/paired-tests.ts'
import { evaluated, margins } from './makers.ts'

type Production = NonNullable<CandidateEvaluated['production']>

/** Against the agent's own planner on rows of equal weight. */
const production = (over: Partial<Production> = {}): Production => {
  const pairs = { gained: 5, lost: 200, rows: 1000, ...over }
  return {
    ...pairs,
    ...{ effectiveRows: pairs.rows, accuracy: 0.995, candidateAccuracy: 0.8, latencyMs: null, strata: [] },
    ...{ difference: pairedDifference(pairs), ...tangoInterval(pairs) },
    ...over,
  }
}
const judge = (over: Partial<CandidateEvaluated>, isReleased = false) =>
  judgeCandidate(evaluated(over), isReleased, margins)

test('a candidate that beats the untuned planner and not the agent in production is refused with that comparison', () => {
  const verdict = judge({ servedEffectiveRows: 0, production: production() })
  expect(verdict).toMatchObject({ promoted: false, difference: -0.195, accuracy: 0.995 })
  expect(verdict.reasons).toContain('no: against the agent in production: accuracy 0.8000 against 0.9950')
  expect(verdict.reasons).toContain(
    'the untuned planner is no baseline: the gateway answered 0 effective rows, 30 needed',
  )
})

test('a candidate that beats the agent in production is promoted, whatever the untuned planner would have done', () => {
  const better = production({ gained: 100, lost: 50 })
  const worseThanUntuned = {
    gained: 0,
    lost: 100,
    difference: -0.1,
    lower: -0.12,
    upper: -0.08,
    servedEffectiveRows: 0,
  }
  expect(judge({ ...worseThanUntuned, production: better }).promoted).toBe(true)
})

test('without evidence of what production does nothing is promoted', () => {
  expect(judge({ servedEffectiveRows: 29 }).promoted).toBe(false)
  expect(judge({ servedEffectiveRows: 30 }).promoted).toBe(true)
  const few = judge({ servedEffectiveRows: 0, production: production({ rows: 29, gained: 20, lost: 0 }) })
  expect(few.promoted).toBe(false)
  expect(few.reasons).toContain('the agent in production is no baseline: it planned 29 effective rows, 30 needed')
})

test('with a released planner the candidate must beat both, and the figures are of the harder one', () => {
  expect(judge({ production: production() }, true)).toMatchObject({
    promoted: false,
    difference: -0.195,
    accuracy: 0.7,
  })
  expect(judge({ gained: 50, lost: 50, production: production({ gained: 100, lost: 50 }) }, true)).toMatchObject({
    promoted: false,
    difference: 0,
  })
  expect(judge({ production: production({ gained: 90, lost: 50 }) }, true)).toMatchObject({
    promoted: true,
    difference: 0.04,
  })
})

test('a match of the agent at half its logged latency passes; an unknown latency is no reason', () => {
  const match = { rows: 10_000, gained: 30, lost: 30 }
  expect(judge({ servedEffectiveRows: 0, production: production({ ...match, latencyMs: 800 }) }).promoted).toBe(true)
  expect(judge({ servedEffectiveRows: 0, production: production(match) }).promoted).toBe(false)
})
