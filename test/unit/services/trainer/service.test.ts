import { expect, test } from 'vitest'
import { goldStep } from '#planners/gold-steps.ts'
import { decodeAdapter } from '#planners/linear/model/adapter-file.ts'
import { createLinearPlanner } from '#planners/linear/model/linear-planner.ts'
import { type LinearManifest, untunedManifest } from '#planners/linear/model/manifest.ts'
import { toLinearRows } from '#planners/linear/rows.ts'
import { getJson } from '#runtime/objects/object-store.ts'
import { trainer } from '#services/trainer/service.ts'
import { gold, storedRequest, tools, tuningRequest } from '#test/support/data/tuning.ts'
import { plannerPorts } from '#test/support/doubles/planner-ports.ts'
import { topic } from '#topology/topic-names.ts'

const base = untunedManifest('desk', tools)
/** As the linear planner learns them. */
const asked = toLinearRows(gold.map(goldStep))
const never = new AbortController().signal

async function trained(baseline: LinearManifest = base, rows = gold, catalogue = tools, held = gold.slice(0, 0)) {
  const { indexes, ports } = plannerPorts(catalogue)
  const event = await storedRequest(ports.objects, 'lora', baseline, rows, held)
  const facts = await trainer.gather?.({ topic: topic.tuningRequests, event }, ports, never)
  if (facts === undefined) throw new Error('nothing was trained')
  const manifest = await getJson<LinearManifest>(ports.objects, facts.candidate)
  const adapter = decodeAdapter(await ports.objects.get(facts.adapter))
  return { facts, indexes, manifest, planner: createLinearPlanner(manifest, adapter) }
}

test('a request gives an adapter that plans better than its base, and says what it cost', async () => {
  const { facts, planner } = await trained()
  expect(facts).toMatchObject({ lane: 'embedded', seconds: 1.5 })
  expect(facts.tries).toBeGreaterThan(1)
  expect(facts.trainableParameters).toBe(facts.rank * (4096 + 3))
  const right = (one: typeof planner) => asked.filter(({ question, tool }) => one.plan(question).tool === tool).length
  expect(right(planner)).toBeGreaterThan(right(createLinearPlanner(base)) + 10)
})

test('the same request trains the same adapter, in whatever order its rows lie', async () => {
  const [one, other] = await Promise.all([trained(), trained(base, gold.toReversed())])
  expect(other.facts.candidate).toBe(one.facts.candidate)
})

test('examples that do not help beside the adapter are left out, also those of the baseline', async () => {
  const { manifest, indexes } = await trained({
    ...base,
    examples: { digest: 'old', count: 1, neighbours: 5, weight: 0.5 },
  })
  expect(manifest.examples).toBeNull()
  expect(indexes.size).toBe(0)
})

test('a tool that joined the catalogue is trained too, a tuned description stays', async () => {
  const later = [...tools, { name: 'crypto', description: 'Coins.', argumentSchema: null }]
  const tuned = { ...base, tools: base.tools.map(tool => ({ ...tool, description: `${tool.description} Tuned.` })) }
  const { manifest } = await trained(tuned, gold, later)
  expect(manifest.tools.map(({ description }) => description)).toEqual([
    'Market value. Tuned.',
    'Costs of service. Tuned.',
    'Access. Tuned.',
    'Coins.',
  ])
})

test('too few families to validate on give an adapter that changes nothing', async () => {
  const { facts, planner } = await trained(base, gold.slice(0, 1))
  expect(facts).toMatchObject({ tries: 0, validationAccuracy: 0 })
  for (const { question } of asked) expect(planner.plan(question)).toEqual(createLinearPlanner(base).plan(question))
})

test('a dataset that shares a family with its evaluation set is refused', async () => {
  await expect(trained(base, gold, tools, gold.slice(3, 4))).rejects.toMatchObject({ code: 'FLY_LEAK' })
})

test.each([{ rung: 'prompt' }, { outcome: 'skipped' }] as const)('nothing is trained for %o', async other => {
  const event = tuningRequest('lora', other)
  const { ports } = plannerPorts(tools)
  expect(await trainer.gather?.({ topic: topic.tuningRequests, event }, ports, never)).toBeUndefined()
})
