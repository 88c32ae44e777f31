import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { loraTrialSettings, tuneLora } from '#planners/linear/lora/tune-lora.ts'
import { indexExamples } from '#planners/linear/model/example-index.ts'
import { createLinearPlanner } from '#planners/linear/model/linear-planner.ts'
import { untunedManifest } from '#planners/linear/model/manifest.ts'
import { featurize } from '#text/features.ts'
import { examples, requireTuned, tools } from '../makers.ts'

const manifest = untunedManifest('desk', tools)
const planner = createLinearPlanner(manifest)
const use = { digest: 'e', count: 2, neighbours: 5, weight: 0.6 }
const golden = [
  { id: 'gold', family: 'f1', tool: 'top_up', question: 'pile it on', earlier: [] },
  { id: 'other', family: 'f2', tool: 'card_lost', question: 'it fell in the sea', earlier: [] },
]

test('the base planner chooses by the descriptions', () => {
  expect(planner.plan('what is the currency rate').tool).toBe('exchange_rate')
  expect(planner.plan('I lost my card').tool).toBe('card_lost')
})

test('a plan is a ranking of probabilities, for any question', () => {
  fc.assert(
    fc.property(fc.string(), fc.array(fc.string(), { maxLength: 3 }), (question, earlier) => {
      const plan = planner.plan(question, earlier)
      const probabilities = plan.ranking.map(({ probability }) => probability)
      expect(probabilities).toEqual(probabilities.toSorted((left, right) => right - left))
      expect(probabilities.reduce((sum, probability) => sum + probability, 0)).toBeCloseTo(1)
      expect(plan.tool).toBe(plan.ranking[0]?.tool)
      expect(plan.confidence).toBe(probabilities[0])
      expect(plan.margin).toBeCloseTo((probabilities[0] ?? 0) - (probabilities[1] ?? 0))
      expect(planner.plan(question, earlier)).toEqual(plan)
    }),
  )
})

test('the ranking lists five of many tools', () => {
  const many = Array.from({ length: 40 }, (_, at) => ({ name: `t${at}`, description: `topic ${at}` }))
  const { ranking, tool } = createLinearPlanner(untunedManifest('a', many)).plan('topic 17')
  expect(ranking).toHaveLength(5)
  expect(tool).toBe('t17')
})

test('a question without words has margin 0 and does not fail', () => {
  expect(planner.plan('?')).toMatchObject({ margin: 0, exampleIds: [] })
})

describe('with golden examples', () => {
  const informed = createLinearPlanner({ ...manifest, examples: use })
  const index = indexExamples(golden)
  const near = (question: string) => index.nearest(featurize(question), use.neighbours)

  test('a near example decides, and is named', () => {
    const plan = informed.plan('pile it on!', [], near('pile it on!'))
    expect(plan.tool).toBe('top_up')
    expect(plan.exampleIds[0]).toBe('gold')
  })

  test('a planner whose manifest names no examples ignores them', () => {
    expect(planner.plan('pile it on!', [], near('pile it on!'))).toEqual(planner.plan('pile it on!'))
  })

  test('examples of a retired tool change nothing', () => {
    const retired = [{ id: 'old', tool: 'retired', similarity: 0.9 }]
    expect(informed.plan('currency rate', [], retired).ranking).toEqual(planner.plan('currency rate').ranking)
  })
})

describe('with an adapter', () => {
  const tuned = requireTuned(tuneLora(tools, examples(64), loraTrialSettings(64).slice(0, 1)))
  const released = { ...manifest, scale: tuned.scale, adapter: 'digest' }

  test('it answers what the descriptions could not', () => {
    const sharp = createLinearPlanner(released, tuned.adapter)
    const rows = examples(64)
    const right = (candidate: typeof planner) =>
      rows.filter(({ question, tool }) => candidate.plan(question).tool === tool)
    expect(right(sharp).length).toBeGreaterThan(right(planner).length)
    expect(right(sharp).length).toBeGreaterThan(0.9 * rows.length)
  })

  test('is refused if the manifest names none, if it is missing, or if it is for other tools', () => {
    expect(() => createLinearPlanner(manifest, tuned.adapter)).toThrow('names an adapter')
    expect(() => createLinearPlanner(released)).toThrow('names an adapter')
    const reordered = { ...released, tools: tools.toReversed() }
    expect(() => createLinearPlanner(reordered, tuned.adapter)).toThrow('other tools')
  })
})
