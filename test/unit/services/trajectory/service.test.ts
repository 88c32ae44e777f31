import { expect, test } from 'vitest'
import { type LinearManifest, untunedManifest } from '#planners/linear/model/manifest.ts'
import { getJson } from '#runtime/objects/object-store.ts'
import type { ExampleSet } from '#schemas/objects.ts'
import { trajectory } from '#services/trajectory/service.ts'
import { gold, storedRequest, tools, tuningRequest } from '#test/support/data/tuning.ts'
import { plannerPorts } from '#test/support/doubles/planner-ports.ts'
import { topic } from '#topology/topic-names.ts'

const base = untunedManifest('desk', tools)
const never = new AbortController().signal

async function proven(baseline: LinearManifest = base, rows = gold, held = gold.slice(0, 0)) {
  const { indexes, ports } = plannerPorts(tools)
  const event = await storedRequest(ports.objects, 'trajectory', baseline, rows, held)
  const facts = await trajectory.gather?.({ topic: topic.tuningRequests, event }, ports, never)
  if (facts === undefined) throw new Error('nothing was proven')
  return {
    event,
    facts,
    indexes,
    examples: (await getJson<ExampleSet>(ports.objects, facts.examples)).examples,
    manifest: await getJson<LinearManifest>(ports.objects, facts.candidate),
  }
}

test('a request gives an example set, an index of its name, and a candidate that uses it', async () => {
  const { facts, indexes, examples, manifest } = await proven()
  expect(facts).toMatchObject({ admitted: examples.length, seconds: 1.5 })
  expect(facts.admitted + facts.refused).toBe(gold.length)
  expect(manifest).toEqual({
    ...base,
    examples: {
      digest: facts.examples,
      count: facts.admitted,
      neighbours: expect.any(Number),
      weight: expect.any(Number),
    },
  })
  const index = indexes.get(facts.examples)
  expect(index?.map(({ id, family }) => [id, family])).toEqual(examples.map(({ id, family }) => [id, family]))
  expect(index?.every(({ vector }) => vector.length === 384)).toBe(true)
})

test('the same request gives the same candidate, and variants never become examples', async () => {
  const variants = gold.map(row => ({ ...row, id: `${row.id}-s`, synthetic: true }))
  const [one, other] = await Promise.all([proven(), proven(base, [...gold, ...variants])])
  expect(other.facts.candidate).toBe(one.facts.candidate)
})

test('without gold rows the baseline is the candidate', async () => {
  const { event, facts, indexes } = await proven(base, [])
  expect(facts).toMatchObject({ candidate: event.baseline, admitted: 0, refused: 0, unaided: 0 })
  expect(indexes.size).toBe(0)
})

test('a dataset that shares a family with its evaluation set is refused', async () => {
  await expect(proven(base, gold, gold.slice(3, 4))).rejects.toMatchObject({ code: 'FLY_LEAK' })
})

test.each([{ rung: 'lora' }, { outcome: 'skipped' }] as const)('nothing is proven for %o', async other => {
  const event = tuningRequest('trajectory', other)
  const { ports } = plannerPorts(tools)
  expect(await trajectory.gather?.({ topic: topic.tuningRequests, event }, ports, never)).toBeUndefined()
})
