import { expect, test } from 'vitest'
import { goldStep } from '#planners/gold-steps.ts'
import { createLinearPlanner } from '#planners/linear/model/linear-planner.ts'
import { type LinearManifest, untunedManifest } from '#planners/linear/model/manifest.ts'
import { toLinearRows } from '#planners/linear/rows.ts'
import { getJson } from '#runtime/objects/object-store.ts'
import { promptTuner } from '#services/prompt-tuner/service.ts'
import { gold, storedRequest, tools, tuningRequest } from '#test/support/data/tuning.ts'
import { call } from '#test/support/data/turns.ts'
import { plannerPorts } from '#test/support/doubles/planner-ports.ts'
import { DESCRIPTION_SCALE } from '#text/nearest-tool.ts'
import { topic } from '#topology/topic-names.ts'

const base = untunedManifest('desk', tools)
/** As the linear planner learns them. */
const asked = toLinearRows(gold.map(goldStep))
const never = new AbortController().signal

async function tuned(baseline: LinearManifest = base, rows = gold, held = gold.slice(0, 0)) {
  const { ports } = plannerPorts(tools)
  const event = await storedRequest(ports.objects, 'prompt', baseline, rows, held)
  const facts = await promptTuner.gather?.({ topic: topic.tuningRequests, event }, ports, never)
  if (facts === undefined) throw new Error('nothing was tuned')
  return { facts, manifest: await getJson<LinearManifest>(ports.objects, facts.candidate) }
}

test('a request gives descriptions that plan better, and their scores', async () => {
  const { facts, manifest } = await tuned()
  expect(facts).toMatchObject({ mutantsTried: 60, seconds: 1.5 })
  expect(facts.heldScore).toBeGreaterThan(0.5)
  const right = (planner: ReturnType<typeof createLinearPlanner>) =>
    asked.filter(({ question, tool }) => planner.plan(question).tool === tool).length
  expect(right(createLinearPlanner(manifest))).toBeGreaterThan(right(createLinearPlanner(base)))
})

test('the candidate is descriptions only: no adapter, no examples, the untuned scale', async () => {
  const examples = { digest: 'x', count: 1, neighbours: 5, weight: 0.5 }
  const { manifest } = await tuned({ ...base, scale: 7, adapter: 'some', examples })
  expect(manifest).toMatchObject({ agent: 'desk', adapter: null, examples: null, scale: DESCRIPTION_SCALE })
})

test('the same request gives the same candidate; synthetic rows change nothing', async () => {
  const noise = gold.map(row => ({ ...row, id: `${row.id}-s`, calls: [call('quote')], synthetic: true }))
  const [one, other] = await Promise.all([tuned(), tuned(base, [...gold, ...noise])])
  expect(other.facts.candidate).toBe(one.facts.candidate)
})

test('too few families to search leave the descriptions as they are', async () => {
  const { facts, manifest } = await tuned(base, gold.slice(0, 1))
  expect(facts).toMatchObject({ searchScore: 0, heldScore: 0, mutantsTried: 0 })
  expect(manifest).toEqual(base)
})

test('a dataset that shares a family with its evaluation set is refused', async () => {
  await expect(tuned(base, gold, gold.slice(3, 4))).rejects.toMatchObject({ code: 'FLY_LEAK' })
})

test.each([{ rung: 'lora' }, { outcome: 'settled' }] as const)('nothing is searched for %o', async other => {
  const event = tuningRequest('prompt', other)
  const { ports } = plannerPorts(tools)
  expect(await promptTuner.gather?.({ topic: topic.tuningRequests, event }, ports, never)).toBeUndefined()
})
