import { expect, test } from 'vitest'
import { firstCall, stepInput } from '#planners/gold-steps.ts'
import { type LinearManifest, untunedManifest } from '#planners/linear/model/manifest.ts'
import { canonicalJson, digest } from '#runtime/core/identity.ts'
import { getJson } from '#runtime/objects/object-store.ts'
import type { DatasetRow } from '#schemas/objects.ts'
import { promptTuner } from '#services/prompt-tuner/service.ts'
import { trainer } from '#services/trainer/service.ts'
import { trajectory } from '#services/trajectory/service.ts'
import { mulberry32 } from '#statistics/random.ts'
import { gold, storedRequest, tools } from '#test/support/data/tuning.ts'
import { plannerPorts } from '#test/support/doubles/planner-ports.ts'
import { topic } from '#topology/topic-names.ts'

/*
 * Stored planners, example sets, adapters and recorded facts outlive the code that made them: a replay compares new decisions
 * with old ones, and a manifest's digest is the planner's identity. A change of one of these digests needs a new format.
 */

const rungs = { prompt: promptTuner, trajectory, lora: trainer }
const base = untunedManifest('desk', tools)

/** What a rung made: the facts of its service, and digests of the answers and of the vector index. */
async function climb(
  rung: keyof typeof rungs,
  baseline: LinearManifest,
  rows: readonly DatasetRow[],
  { indexes, ports } = plannerPorts(tools),
) {
  const signal = new AbortController().signal
  const event = await storedRequest(ports.objects, rung, baseline, rows)
  const facts = await rungs[rung].gather?.({ topic: topic.tuningRequests, event }, ports, signal)
  if (facts === undefined) throw new Error('the request was not for this rung')
  const planner = await ports.planners.host(facts.candidate, signal)
  const plans: object[] = []
  for (const { question, family } of gold) {
    const input = stepInput({ question, earlier: ['how are you'] })
    const { plan } = await planner.plan({ input, exceptFamily: family }, signal)
    const { confidence, margin, ranking, exampleIds } = plan
    plans.push({ ...firstCall(plan), confidence, margin, ranking, exampleIds })
  }
  const indexDigests = Array.from(indexes, ([name, indexed]) => [
    name,
    digest(canonicalJson(indexed.map(({ id, family, vector }) => [id, family, ...vector]))),
  ])
  return {
    facts,
    plans: digest(canonicalJson(plans)),
    indexes: Object.fromEntries(indexDigests),
    manifest: await getJson<LinearManifest>(ports.objects, facts.candidate),
  }
}

const mixed = gold.map((row, at) => ({ ...row, synthetic: at % 5 === 0 }))

/** Sentences of a few words with labels that only their copies tell: a linear layer fails on them, neighbours do not. */
const copies = (): readonly DatasetRow[] => {
  const random = mulberry32(3)
  const pick = (items: readonly string[]) => items[Math.floor(random() * items.length)] ?? ''
  const letters = [...'abcdefghijklmnopqrstuvwxyz']
  const words = Array.from({ length: 8 }, () => Array.from({ length: 5 }, () => pick(letters)).join(''))
  return Array.from({ length: 120 }, (_, sentence) => {
    const text = Array.from({ length: 6 }, () => pick(words)).join(' ')
    const tool = pick(tools.map(({ name }) => name))
    return ['', words[1], words[2]].map((ending, copy) => {
      const name = `s${sentence}-${copy}`
      const question = `${text} ${ending}`.trim()
      const row = { question, tool, argument: text, earlier: [], synthetic: copy === 2, inclusionProbability: 1 }
      return { id: name, family: name, ...row }
    })
  }).flat()
}

test('the prompt rung', async () => {
  const { facts, plans } = await climb('prompt', base, gold)
  expect(facts).toEqual({
    candidate: '595b2d8b70dbcd7848f2f04c8ea6da8e21bf5fc60d2295c432e23a86f98b9b0b',
    heldScore: 1,
    mutantsTried: 60,
    searchScore: 1,
    seconds: 1.5,
  })
  expect(plans).toBe('09f8fb56ec81f3ac7fbe67b92ae7804fcf1aecd8205cc0132865079f0aef57af')
})

test('the trajectory rung', async () => {
  const { facts, plans, indexes } = await climb('trajectory', base, gold)
  const examples = '4470e25fd177f09f065972918a65e38db1c628eefc7dfe1d5b869b0f6e6c0bf3'
  expect(facts).toEqual({
    admitted: 96,
    candidate: 'af3add5ded2d700f66c5e03f072ad5c2ba287b42df126190de0ffea1363d31c7',
    examples,
    refused: 0,
    seconds: 1.5,
    unaided: 34,
  })
  expect(plans).toBe('348d24a78d31dead565095972eaaec9e1e0478e80bcbacfb185b629a4d06f672')
  expect(indexes).toEqual({ [examples]: 'fd9c8d58610ee1d998ffcbfd12a4b13f2b39fde8df397121029de97e55f97c14' })
})

test('the LoRA rung, and the trajectory rung under its adapter', async () => {
  const world = plannerPorts(tools)
  const { facts, plans, manifest } = await climb('lora', base, mixed, world)
  expect(facts).toEqual({
    adapter: '136660a4181558b0f3bce831985000d57c8e9af2334625c3b8a0c309f3cce2ea',
    candidate: '590f07629459572c13a2b01dc9cbbf7a4472df2c095f430ae323e133e0e73d1a',
    lane: 'embedded',
    rank: 8,
    seconds: 1.5,
    totalParameters: 45080,
    trainableParameters: 32792,
    tries: 3,
    validationAccuracy: 1,
  })
  expect(plans).toBe('e1e35c0972a3e087416b6a1fec1cf15c4f1a1c6c9aa764b3bb1adb79d6da7f10')
  const proven = await climb('trajectory', manifest, gold, world)
  expect(proven.facts).toEqual({
    admitted: 96,
    candidate: 'f4758a06e5da6382e50850643b1479aeb0661308042f278c981a5372e1b97170',
    examples: '4470e25fd177f09f065972918a65e38db1c628eefc7dfe1d5b869b0f6e6c0bf3',
    refused: 0,
    seconds: 1.5,
    unaided: 96,
  })
  expect(proven.plans).toBe('034377088a48a96b5b783fb0303fc42a53c85aec214c9f8837a6ac520cdcd2ba')
})

test('the LoRA rung where neighbours help', async () => {
  const { facts, plans, indexes, manifest } = await climb('lora', base, copies())
  expect(facts).toEqual({
    adapter: 'b7ee0600ccb80242e3843ca15bc93ed1fb5ddde717ee49e85fda7bddce46066b',
    candidate: 'e46153cc7c851cb9088005a26737e37a61fd1fa84338aa4c631526c9f3406a5f',
    lane: 'embedded',
    rank: 32,
    seconds: 1.5,
    totalParameters: 143456,
    trainableParameters: 131168,
    tries: 3,
    validationAccuracy: 0.647887323943662,
  })
  const examples = '403ef6b298efc7de2b216ddf58fa514ea3a32d1713aceea612b536d714093817'
  expect(manifest.examples).toEqual({ digest: examples, count: 360, neighbours: 10, weight: 0.6 })
  expect(indexes).toEqual({ [examples]: 'd7216bed80c8a257a1219229d2a01225d5c56f417c9fda8d03bd3a120a1b5e4c' })
  expect(plans).toBe('0e379c236bfe3cd39cbf6d96af6b08a3a68e7522aa22db24ff8195d34c33ecab')
})

test('the LoRA rung on tuned descriptions', async () => {
  const { manifest } = await climb('prompt', base, gold)
  const { facts } = await climb('lora', manifest, gold)
  expect(facts).toMatchObject({
    adapter: 'a72d930d551bc9bb3f7b73592f2b6720fc135113f25a92cbd99036af752efc66',
    candidate: '0869ec2dec7b1fdf30bb69019fd1db5fa2136a0ccf16136a4af276c46dc1a5b5',
  })
})

const untuned = '8d16ea568869004ba75857188b40010454e4873876d03d1ec1f9b6637aa85d3f'

test.each([
  ['prompt', 1, { candidate: untuned, searchScore: 0, heldScore: 0, mutantsTried: 0, seconds: 1.5 }],
  [
    'trajectory',
    0,
    {
      admitted: 0,
      candidate: untuned,
      examples: 'a2bf8ea530ea5b79ee01ad97848a9fd9ebf539a9e1b65c87fe16a9555d541bb4',
      refused: 0,
      seconds: 1.5,
      unaided: 0,
    },
  ],
  [
    'lora',
    1,
    {
      adapter: 'ff7dbfb1dca18232d6d68e8ee528b4b4ff1a0af0671021a2355206e7de82ad93',
      candidate: '89dcf2a4642e43b7a6c85ea5c97b68559604425988884f0b3a68af963213a6f2',
      lane: 'embedded',
      rank: 8,
      seconds: 1.5,
      totalParameters: 45080,
      trainableParameters: 32792,
      tries: 0,
      validationAccuracy: 0,
    },
  ],
] as const)('too few rows: %s', async (rung, rows, expected) => {
  const { facts, plans } = await climb(rung, base, gold.slice(0, rows))
  expect(facts).toEqual(expected)
  expect(plans).toBe('4830a241789940eff89dfb158fea28f9e327c3f5241cb16d78a8732ccd78f39c')
})
