import { expect, test } from 'vitest'
import type { CandidateEvaluated } from '#schemas/events.ts'
import { applyGate } from '#services/promoter/gate.ts'
import { evaluated, margins, simulated } from './makers.ts'

const gate = (evaluation: CandidateEvaluated, over: Partial<typeof margins> = {}) =>
  applyGate(evaluation, { ...margins, ...over })

/** Share of 500 seeded evaluations that pass. */
function promotions(options: Parameters<typeof simulated>[1]): number {
  let passed = 0
  for (let seed = 0; seed < 500; seed++) if (gate(simulated(seed, options)).promoted) passed++
  return passed / 500
}

test.each([
  ['worse by the margin', { gain: 0.05, loss: 0.06 }],
  ['equal', { gain: 0.05, loss: 0.05 }],
  ['worse by the margin but four times as fast', { gain: 0.05, loss: 0.06, latency: 0.25 }],
])('a candidate that is %s passes in at most 5%% of runs', (_name, options) => {
  expect(promotions(options)).toBeLessThanOrEqual(0.05)
})

test('a gain of 5 points on 1,000 rows passes in at least 80% of runs', () => {
  expect(promotions({ gain: 0.1, loss: 0.05 })).toBeGreaterThanOrEqual(0.8)
})

test('a gain of 3 points on 1,000 rows passes in at least 80% of runs where 9% of pairs differ', () => {
  expect(promotions({ gain: 0.06, loss: 0.03 })).toBeGreaterThanOrEqual(0.8)
})

test('a large gain does not buy the loss of one stratum', () => {
  const harmed = { name: 'fees', rows: 40, gained: 1, lost: 14 }
  const result = gate(evaluated({ strata: [harmed, { name: 'quote', rows: 60, gained: 12, lost: 2 }] }))
  expect(result.promoted).toBe(false)
  expect(result.reasons).toContainEqual(expect.stringMatching(/^no: not harmed in fees: -0\.3250 on 40 rows/))
  expect(result.reasons).toContainEqual(expect.stringMatching(/^yes: not harmed in quote/))
})

test("the agent's margins decide: a wider one lets a candidate pass that a narrower one rejects", () => {
  const equal = evaluated({ gained: 50, lost: 50, candidateLatencyMs: 0.4 })
  expect(gate(equal, { margin: 0.01 }).promoted).toBe(false)
  expect(gate(equal, { margin: 0.03 }).promoted).toBe(true)
  expect(gate(equal, { margin: 0.03 }).reasons[2]).toMatch(/^yes: not worse overall: .* against -0\.0300$/)
  const harmed = evaluated({ strata: [{ name: 'fees', rows: 100, gained: 0, lost: 9 }] })
  expect(gate(harmed, { stratumMargin: 0.05 }).promoted).toBe(false)
  expect(gate(harmed, { stratumMargin: 0.1 }).promoted).toBe(true)
})

test('strata below 30 rows are not tested', () => {
  expect(gate(evaluated({ strata: [{ name: 'fees', rows: 29, gained: 0, lost: 20 }] })).promoted).toBe(true)
})

test('an equally good planner at half the latency passes; a slower one does not', () => {
  const same = { gained: 30, lost: 30, rows: 10_000, baselineLatencyMs: 4 }
  expect(gate(evaluated({ ...same, candidateLatencyMs: 2 })).promoted).toBe(true)
  expect(gate(evaluated({ ...same, candidateLatencyMs: 2.1 })).promoted).toBe(false)
})

test('every test is in the reasons with its figures, and what the set could have shown', () => {
  const { reasons } = gate(evaluated())
  expect(reasons).toEqual([
    'difference in production +0.0500, 95% interval +0.0263 to +0.0743, from 1000 paired rows: 100 gained, 50 lost',
    'yes: enough evidence: 1000 effective rows against 30',
    'yes: not worse overall: lower bounds +0.0263 reweighted and +0.0263 on the rows as they are, against -0.0100',
    'yes: better on accuracy: lower bound +0.0263 against 0',
    'no: at most half the latency: median 1.00 ms against 1.00 ms',
    expect.stringMatching(/^McNemar's exact test: p = 0\.0000\d+/),
    'this set shows a difference of 0.0343 or more with power .8',
  ])
})

test('a set without rows proves nothing', () => {
  expect(gate(evaluated({ rows: 0, gained: 0, lost: 0 })).promoted).toBe(false)
})

test('a gain on rows chosen for being hard releases nothing when production would lose', () => {
  expect(gate(evaluated({ difference: -0.03, lower: -0.06, upper: 0.01 })).promoted).toBe(false)
  expect(gate(evaluated({ effectiveRows: 29 })).promoted).toBe(false)
  expect(gate(evaluated({ difference: 0.02, lower: -0.005, upper: 0.05 })).promoted).toBe(false)
  expect(gate(evaluated()).promoted).toBe(true)
})
