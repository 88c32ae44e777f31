import { expect, test } from 'vitest'
import { encodeAdapter } from '#planners/linear/model/adapter-file.ts'
import { type GoldenExample, indexExamples } from '#planners/linear/model/example-index.ts'
import { createLinearPlanner } from '#planners/linear/model/linear-planner.ts'
import { untunedManifest } from '#planners/linear/model/manifest.ts'
import { prove } from '#planners/linear/proof/prove.ts'
import { gold, tools } from '#test/unit/services/trainer/ports.ts'
import { FEATURE_DIMENSIONS } from '#text/features.ts'

const base = untunedManifest('desk', tools)

test('examples that the agent is shown make it reach gold where it fails unaided', () => {
  const { admitted, unaided, use } = prove(base, null, gold)
  const names = new Set(admitted)
  const examples = gold.filter(({ id }) => names.has(id))
  const shown = createLinearPlanner(
    { ...base, examples: { digest: 'x', count: examples.length, ...use } },
    { examples: indexExamples(examples) },
  )
  // No row may be answered by an example of its own family.
  const right = gold.filter(
    ({ question, earlier, family, tool }) => shown.plan(question, earlier, { family }).tool === tool,
  )
  expect(unaided).toBeLessThan(gold.length - 20)
  expect(right.length).toBeGreaterThan(unaided + 20)
})

/** An adapter that changes nothing; with one, the use of the examples is the baseline's and not chosen. */
const rank = 8
const adapter = encodeAdapter({
  rank,
  alpha: rank,
  tools: tools.map(({ name }) => name),
  a: new Float32Array(FEATURE_DIMENSIONS * rank),
  b: new Float32Array(tools.length * rank),
})
const strong = { ...base, adapter: 'some', examples: { digest: 'x', count: 1, neighbours: 5, weight: 0.9 } }

test('an example that turns two guards wrong is refused, one that turns one wrong is not', () => {
  const row = (id: string, question: string, tool: string): GoldenExample => ({ id, family: id, question, tool })
  const harmful = row('harmful', 'market zebra, value orchid', 'fees')
  const guards = [row('first', 'market zebra violin', 'quote'), row('second', 'value orchid marble', 'quote')]
  expect(prove(strong, adapter, [harmful, ...guards]).admitted).toEqual(['first', 'second'])
  expect(prove(strong, adapter, [harmful, ...guards.slice(1)]).admitted).toContain('harmful')
})

test('an example that does not even make its own question reach gold is refused', () => {
  const [first] = gold
  if (first === undefined) throw new Error('no gold')
  const row = (id: string, tool: string): GoldenExample => ({ ...first, id, family: id, tool })
  const { admitted, refused } = prove(strong, adapter, [row('a', 'quote'), row('b', 'quote'), row('wrong', 'fees')])
  expect(admitted).toEqual(['a', 'b'])
  expect(refused).toBe(1)
})

test('rows of tools that the planner does not know are not examples', () => {
  const { admitted, refused } = prove(
    base,
    null,
    gold.map(row => ({ ...row, tool: row.tool === 'fees' ? 'gone' : row.tool })),
  )
  expect(admitted.some(id => id.startsWith('fees'))).toBe(false)
  expect(admitted.length + refused).toBe((gold.length * 2) / 3)
})

test('under an adapter the vote stays what the baseline used, or cautious', () => {
  const adapted = { ...base, adapter: 'some' }
  expect(prove(adapted, adapter, gold).use).toEqual({ neighbours: 10, weight: 0.3 })
  const used = { ...adapted, examples: { digest: 'x', count: 1, neighbours: 5, weight: 0.7 } }
  expect(prove(used, adapter, gold).use).toEqual({ neighbours: 5, weight: 0.7 })
})

test('each admitted example has its embedding', () => {
  const { admitted, vectors } = prove(base, null, gold)
  expect(vectors).toHaveLength(admitted.length)
  expect(prove(base, null, [])).toMatchObject({ admitted: [], vectors: [], unaided: 0, refused: 0 })
})
