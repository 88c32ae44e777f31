import { expect, test } from 'vitest'
import { decodeAdapter } from '#planners/linear/model/adapter-file.ts'
import { createLinearPlanner } from '#planners/linear/model/linear-planner.ts'
import { type LinearManifest, untunedManifest } from '#planners/linear/model/manifest.ts'
import type { WorkerPool } from '#runtime/core/worker-pool.ts'
import { getJson } from '#runtime/objects/object-store.ts'
import { State } from '#runtime/state/state.ts'
import type { ExampleSet } from '#schemas/objects.ts'
import { trainer } from '#services/trainer/service.ts'
import { topic } from '#topology/topic-names.ts'
import { fakePorts, gold, request, tools } from './ports.ts'

const base = untunedManifest('desk', tools)
const never = new AbortController().signal

async function trained(baseline: LinearManifest = base, rows = gold, fake = fakePorts()) {
  const event = await request(fake.objects, 'lora', baseline, rows)
  const inbound = { topic: topic.tuningRequests, event } as const
  const facts = await trainer.gather?.(inbound, fake.ports, never)
  const [out] = trainer.decide?.(inbound, facts, new State()).emit ?? []
  if (out === undefined) throw new Error('nothing was trained')
  return { fake, event: out.event, manifest: await getJson<LinearManifest>(fake.objects, out.event.candidate) }
}

test('a request gives an adapter that plans better than its base, and says what it cost', async () => {
  const { fake, event, manifest } = await trained()
  expect(event).toMatchObject({ requestId: 'request-1', datasetVersion: 4, lane: 'embedded', seconds: 1.5 })
  expect(event.tries).toBeGreaterThan(1)
  expect(event.trainableParameters).toBe(event.rank * (4096 + 3))
  const adapter = decodeAdapter(await fake.objects.get(event.adapter))
  const right = (planner: ReturnType<typeof createLinearPlanner>) =>
    gold.filter(({ question, tool }) => planner.plan(question).tool === tool).length
  expect(right(createLinearPlanner(manifest, { adapter }))).toBeGreaterThan(right(createLinearPlanner(base)) + 10)
})

test('the same request trains the same adapter, in whatever order its rows lie', async () => {
  const [one, other] = await Promise.all([trained(), trained(base, gold.toReversed())])
  expect(other.event.candidate).toBe(one.event.candidate)
})

test('a base without examples gives a candidate without examples', async () => {
  const { manifest, fake } = await trained()
  expect(manifest.examples).toBeNull()
  expect(fake.indexes.size).toBe(0)
})

test.each([0, 0.4])('a base with examples keeps some if the validation split gives them weight: %f', async weight => {
  const fake = fakePorts()
  const run = fake.ports.workerPool.run
  const saying = async (...[module, name, args, signal]: Parameters<WorkerPool['run']>) => {
    const answer = await run(module, name, args, signal)
    return name === 'tuneLora' ? { ...(answer as object), blend: { neighbours: 10, weight } } : answer
  }
  Object.assign(fake.ports.workerPool, { run: saying })
  const { manifest } = await trained(
    { ...base, examples: { digest: 'old', count: 1, neighbours: 5, weight: 0.5 } },
    gold,
    fake,
  )
  if (weight === 0) {
    expect(manifest.examples).toBeNull()
    expect(fake.indexes.size).toBe(0)
    return
  }
  expect(manifest.examples).toEqual({ digest: expect.any(String), count: gold.length, neighbours: 10, weight })
  const { examples } = await getJson<ExampleSet>(fake.objects, manifest.examples?.digest ?? '')
  expect(fake.indexes.get(manifest.examples?.digest ?? '')?.map(({ id }) => id)).toEqual(examples.map(({ id }) => id))
})

test('a tool that joined the catalogue is trained too, a tuned description stays', async () => {
  const later = [...tools, { name: 'crypto', description: 'Coins.', argumentSchema: null }]
  const tuned = { ...base, tools: base.tools.map(tool => ({ ...tool, description: `${tool.description} Tuned.` })) }
  const { manifest } = await trained(tuned, gold, fakePorts(later))
  expect(manifest.tools.map(({ description }) => description)).toEqual([
    'Market value. Tuned.',
    'Costs of service. Tuned.',
    'Access. Tuned.',
    'Coins.',
  ])
})

test('too few families to validate on give an adapter that changes nothing', async () => {
  const { fake, event, manifest } = await trained(base, gold.slice(0, 1))
  const planner = createLinearPlanner(manifest, { adapter: decodeAdapter(await fake.objects.get(event.adapter)) })
  expect(event).toMatchObject({ tries: 0, validationAccuracy: 0 })
  for (const { question } of gold) expect(planner.plan(question)).toEqual(createLinearPlanner(base).plan(question))
})

test('other rungs and other outcomes lead to nothing', async () => {
  const { ports, objects } = fakePorts()
  const event = await request(objects, 'lora', base)
  for (const other of [
    { ...event, rung: 'prompt' as const },
    { ...event, outcome: 'skipped' as const },
  ]) {
    const inbound = { topic: topic.tuningRequests, event: other } as const
    const facts = await trainer.gather?.(inbound, ports, never)
    expect(trainer.decide?.(inbound, facts, new State())).toEqual({})
  }
})

test('a dataset that shares a family with its evaluation set is refused', async () => {
  const { ports, objects } = fakePorts()
  const event = await request(objects, 'lora', base, gold, gold.slice(3, 4))
  await expect(trainer.gather?.({ topic: topic.tuningRequests, event }, ports, never)).rejects.toMatchObject({
    code: 'FLY_LEAK',
  })
})
