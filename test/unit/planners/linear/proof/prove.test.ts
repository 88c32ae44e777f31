import { expect, test } from 'vitest'
import { goldStep } from '#planners/gold-steps.ts'
import { encodeAdapter } from '#planners/linear/model/adapter-file.ts'
import { type GoldenExample, indexExamples } from '#planners/linear/model/example-index.ts'
import { createLinearPlanner } from '#planners/linear/model/linear-planner.ts'
import { untunedManifest } from '#planners/linear/model/manifest.ts'
import { splitForPromptSearch } from '#planners/linear/model/split-families.ts'
import { chooseByValidation, prove } from '#planners/linear/proof/prove.ts'
import { toLinearRows } from '#planners/linear/rows.ts'
import { gold as goldRows, tools } from '#test/support/data/tuning.ts'
import { FEATURE_DIMENSIONS, featurize } from '#text/features.ts'

const base = untunedManifest('desk', tools)
const gold = toLinearRows(goldRows.map(goldStep))

test('with the admitted examples the planner is right where it is wrong without', () => {
  const { admitted, unaided, retrieval } = prove(base, null, gold)
  const names = new Set(admitted)
  const examples = gold.filter(({ id }) => names.has(id))
  const planner = createLinearPlanner({ ...base, examples: { digest: 'x', count: examples.length, ...retrieval } })
  const index = indexExamples(examples)
  const right = gold.filter(({ question, earlier, family, tool }) => {
    // No row may be planned with an example of its own family.
    const near = index.nearest(featurize(question, earlier), retrieval.neighbours, family)
    return planner.plan(question, earlier, near).tool === tool
  })
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
const row = (id: string, question: string, tool: string): GoldenExample => ({
  id,
  family: id,
  question,
  earlier: [],
  tool,
})

test('an example that turns two other rows wrong is refused, one that turns one wrong is not', () => {
  const harmful = row('harmful', 'market zebra, value orchid', 'fees')
  const others = [row('first', 'market zebra violin', 'quote'), row('second', 'value orchid marble', 'quote')]
  expect(prove(strong, adapter, [harmful, ...others]).admitted).toEqual(['first', 'second'])
  expect(prove(strong, adapter, [harmful, ...others.slice(1)]).admitted).toContain('harmful')
})

test('an example that does not even make its own question right is refused', () => {
  const question = 'hi what is apple trading at'
  const { admitted, refused } = prove(strong, adapter, [
    row('a', question, 'quote'),
    row('b', question, 'quote'),
    row('wrong', question, 'fees'),
  ])
  expect(admitted).toEqual(['a', 'b'])
  expect(refused).toBe(1)
})

test('rows of tools that the planner does not know are not examples', () => {
  const known = gold.filter(({ tool }) => tool !== 'fees')
  const gone = gold.filter(({ tool }) => tool === 'fees').map(one => ({ ...one, tool: 'gone' }))
  const { admitted, refused } = prove(base, null, [...known, ...gone])
  expect(admitted.filter(id => id.startsWith('fees'))).toEqual([])
  expect(admitted.length + refused).toBe(known.length)
})

test('with an adapter the examples vote as the baseline had them vote, or cautiously', () => {
  const adapted = { ...base, adapter: 'some' }
  expect(prove(adapted, adapter, gold).retrieval).toEqual({ neighbours: 10, weight: 0.3 })
  const used = { ...adapted, examples: { digest: 'x', count: 1, neighbours: 5, weight: 0.7 } }
  expect(prove(used, adapter, gold).retrieval).toEqual({ neighbours: 5, weight: 0.7 })
})

/** Undecided rows whose neighbours are right about those of families that are held back, and wrong about the others. */
const undecided = (count: number) => {
  const rows = Array.from({ length: count }, (_, at) => row(`r${at}`, '', 'quote'))
  const held = new Set(splitForPromptSearch(rows).held)
  return rows.map(one => ({
    row: one,
    tool: 0,
    own: Float64Array.of(0.5, 0.5),
    near: Array.from({ length: 10 }, () => ({ id: '', tool: held.has(one) ? 'quote' : 'fees', similarity: 0.5 })),
  }))
}
const positions = new Map([
  ['quote', 0],
  ['fees', 1],
])

test('how examples vote is chosen on the families that the prompt search held back', () => {
  expect(chooseByValidation({ rows: undecided(200), positions })).toEqual({ neighbours: 5, weight: 0.9 })
})

test('with fewer than 20 rows of such families it is chosen on all rows', () => {
  expect(chooseByValidation({ rows: undecided(30), positions })).toEqual({ neighbours: 5, weight: 0.3 })
})

test('each admitted example has its vector', () => {
  const { admitted, vectors } = prove(base, null, gold)
  expect(vectors).toHaveLength(admitted.length)
  expect(prove(base, null, [])).toMatchObject({ admitted: [], vectors: [], unaided: 0, refused: 0 })
})
