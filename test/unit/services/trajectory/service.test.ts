import { expect, test } from 'vitest'
import { type LinearManifest, untunedManifest } from '#planners/linear/model/manifest.ts'
import { getJson } from '#runtime/objects/object-store.ts'
import { State } from '#runtime/state/state.ts'
import type { ExampleSet } from '#schemas/objects.ts'
import { trajectory } from '#services/trajectory/service.ts'
import { fakePorts, gold, request, tools } from '#test/unit/services/trainer/ports.ts'
import { topic } from '#topology/topic-names.ts'

const base = untunedManifest('desk', tools)
const never = new AbortController().signal

async function proven(baseline: LinearManifest = base, rows = gold, fake = fakePorts()) {
  const event = await request(fake.objects, 'trajectory', baseline, rows)
  const inbound = { topic: topic.tuningRequests, event } as const
  const facts = await trajectory.gather?.(inbound, fake.ports, never)
  const [out] = trajectory.decide?.(inbound, facts, new State()).emit ?? []
  if (out === undefined) throw new Error('nothing was proven')
  return {
    fake,
    request: event,
    event: out.event,
    manifest: await getJson<LinearManifest>(fake.objects, out.event.candidate),
  }
}

test('a request gives an example set, an index of its name, and a candidate that uses it', async () => {
  const { fake, event, manifest } = await proven()
  const set = await getJson<ExampleSet>(fake.objects, event.examples)
  expect(event).toMatchObject({
    requestId: 'request-1',
    datasetVersion: 4,
    admitted: set.examples.length,
    seconds: 1.5,
  })
  expect(event.admitted + event.refused).toBe(gold.length)
  expect(manifest).toEqual({ ...base, examples: { digest: event.examples, count: event.admitted, ...use(manifest) } })
  const index = fake.indexes.get(event.examples)
  expect(index?.map(({ id, family }) => [id, family])).toEqual(set.examples.map(({ id, family }) => [id, family]))
  expect(index?.every(({ vector }) => vector.length === 384)).toBe(true)
})

function use({ examples }: LinearManifest) {
  return { neighbours: examples?.neighbours, weight: examples?.weight }
}

test('the same request gives the same candidate, and variants never become examples', async () => {
  const variants = gold.map(row => ({ ...row, id: `${row.id}-s`, synthetic: true }))
  const [one, other] = await Promise.all([proven(), proven(base, [...gold, ...variants])])
  expect(other.event.candidate).toBe(one.event.candidate)
})

test('without gold rows the baseline is the candidate', async () => {
  const { event, request: asked, fake } = await proven(base, [])
  expect(event).toMatchObject({ candidate: asked.baseline, admitted: 0, refused: 0, unaided: 0 })
  expect(fake.indexes.size).toBe(0)
})

test('other rungs and other outcomes lead to nothing', async () => {
  const { ports, objects } = fakePorts()
  const event = await request(objects, 'trajectory', base)
  for (const other of [
    { ...event, rung: 'lora' as const },
    { ...event, outcome: 'skipped' as const },
  ]) {
    const inbound = { topic: topic.tuningRequests, event: other } as const
    expect(trajectory.decide?.(inbound, await trajectory.gather?.(inbound, ports, never), new State())).toEqual({})
  }
})
