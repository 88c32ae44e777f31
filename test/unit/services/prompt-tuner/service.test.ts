import { expect, test } from 'vitest'
import { createLinearPlanner } from '#planners/linear/model/linear-planner.ts'
import { type LinearManifest, untunedManifest } from '#planners/linear/model/manifest.ts'
import { getJson } from '#runtime/objects/object-store.ts'
import { State } from '#runtime/state/state.ts'
import { promptTuner } from '#services/prompt-tuner/service.ts'
import { fakePorts, gold, request, tools } from '#test/unit/services/trainer/ports.ts'
import { DESCRIPTION_SCALE } from '#text/nearest-tool.ts'
import { topic } from '#topology/topic-names.ts'

const base = untunedManifest('desk', tools)
const never = new AbortController().signal

async function tuned(baseline: LinearManifest = base, rows = gold, fake = fakePorts()) {
  const event = await request(fake.objects, 'prompt', baseline, rows)
  const inbound = { topic: topic.tuningRequests, event } as const
  const facts = await promptTuner.gather?.(inbound, fake.ports, never)
  const [out] = promptTuner.decide?.(inbound, facts, new State()).emit ?? []
  if (out === undefined) throw new Error('nothing was tuned')
  return { event: out.event, manifest: await getJson<LinearManifest>(fake.objects, out.event.candidate) }
}

test('a request gives descriptions that plan better, and their scores', async () => {
  const { event, manifest } = await tuned()
  expect(event).toMatchObject({ requestId: 'request-1', datasetVersion: 4, mutantsTried: 60, seconds: 1.5 })
  expect(event.heldScore).toBeGreaterThan(0.5)
  const right = (planner: ReturnType<typeof createLinearPlanner>) =>
    gold.filter(({ question, tool }) => planner.plan(question).tool === tool).length
  expect(right(createLinearPlanner(manifest))).toBeGreaterThan(right(createLinearPlanner(base)))
})

test('the candidate is descriptions only: no adapter, no examples, the untuned scale', async () => {
  const examples = { digest: 'x', count: 1, neighbours: 5, weight: 0.5 }
  const { manifest } = await tuned({ ...base, scale: 7, adapter: 'some', examples })
  expect(manifest).toMatchObject({ agent: 'desk', adapter: null, examples: null, scale: DESCRIPTION_SCALE })
})

test('the same request gives the same candidate; synthetic rows change nothing', async () => {
  const noise = gold.map(row => ({ ...row, id: `${row.id}-s`, tool: 'quote', synthetic: true }))
  const [one, other] = await Promise.all([tuned(), tuned(base, [...gold, ...noise])])
  expect(other.event.candidate).toBe(one.event.candidate)
})

test('too few families to search leave the words as they are', async () => {
  const { event, manifest } = await tuned(base, gold.slice(0, 1))
  expect(event).toMatchObject({ heldScore: 0, mutantsTried: 0 })
  expect(manifest).toEqual(base)
})

test('other rungs and other outcomes lead to nothing', async () => {
  const { ports, objects } = fakePorts()
  const event = await request(objects, 'prompt', base)
  for (const other of [
    { ...event, rung: 'lora' as const },
    { ...event, outcome: 'settled' as const },
  ]) {
    const inbound = { topic: topic.tuningRequests, event: other } as const
    expect(promptTuner.decide?.(inbound, await promptTuner.gather?.(inbound, ports, never), new State())).toEqual({})
  }
})
