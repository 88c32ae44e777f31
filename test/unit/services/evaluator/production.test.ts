import { expect, test } from 'vitest'
import { compareProduction } from '#services/evaluator/production.ts'

type Logged = Parameters<typeof compareProduction>[0][number]['logged']

const row = (id: string, candidateTool: string, logged: Logged, inclusionProbability = 1) => ({
  ...{ id, tool: 'quote', candidateTool, baselineTool: 'fees', inclusionProbability, logged },
})
const own = (tool: string, latencyMs: number | null = null): Logged => ({ tool, planner: null, latencyMs })
const ours = (tool: string): Logged => ({ tool, planner: 'digest', latencyMs: null })

test('what the agent itself did is paired with the candidate, and the baseline counts for nothing', () => {
  const { production } = compareProduction([
    row('a', 'quote', own('quote', 700)),
    row('b', 'fees', own('quote', 900)),
    row('c', 'quote', own('fees')),
    row('d', 'fees', own('quote'), 0.5),
  ])
  expect(production).toMatchObject({
    ...{ rows: 4, accuracy: 4 / 5, candidateAccuracy: 2 / 5, gained: 1, lost: 2, latencyMs: 800 },
    strata: [{ name: 'quote', rows: 4, gained: 1, lost: 2 }],
  })
  expect(production?.difference).toBeCloseTo(-2 / 5, 12)
})

test('rows that a planner of this system planned are counted as evidence for the baseline, and are not the agent', () => {
  const { production, servedEffectiveRows } = compareProduction([
    row('a', 'quote', ours('quote')),
    row('b', 'quote', ours('fees')),
    row('c', 'quote', own('fees')),
    row('d', 'quote', null),
  ])
  expect(servedEffectiveRows).toBe(2)
  expect(production).toMatchObject({ rows: 1, accuracy: 0, candidateAccuracy: 1, latencyMs: null })
})

test('without a logged plan nothing is known of production', () => {
  expect(compareProduction([row('a', 'quote', null)])).toEqual({ servedEffectiveRows: 0, production: null })
})
