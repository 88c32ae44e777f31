import { expect, test } from 'vitest'
import { type LinearManifest, untunedManifest } from '#planners/linear/model/manifest.ts'
import { canonicalJson, digest } from '#runtime/core/identity.ts'
import { getJson } from '#runtime/objects/object-store.ts'
import type { Call } from '#schemas/events.ts'
import type { DatasetRow } from '#schemas/objects.ts'
import { promptTuner } from '#services/prompt-tuner/service.ts'
import { trainer } from '#services/trainer/service.ts'
import { trajectory } from '#services/trajectory/service.ts'
import { mulberry32 } from '#statistics/random.ts'
import { gold, storedRequest, tools } from '#test/support/data/tuning.ts'
import { call, userMessage } from '#test/support/data/turns.ts'
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
  for (const { messages, family } of gold) {
    const input = { messages: [userMessage('how are you'), ...messages] }
    const { plan } = await planner.plan({ input, exceptFamily: family }, signal)
    const { calls, confidence, margin, ranking, exampleIds } = plan
    const [{ tool, arguments: argument }] = calls as [Call]
    plans.push({ tool, argument, confidence, margin, ranking, exampleIds })
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
      const said = { messages: [userMessage(`${text} ${ending}`.trim())], calls: [call(tool, text)] }
      return { id: name, family: name, ...said, synthetic: copy === 2, inclusionProbability: 1 }
    })
  }).flat()
}

test('the prompt rung', async () => {
  const { facts, plans } = await climb('prompt', base, gold)
  expect(facts).toEqual({
    candidate: '0641b155252ba53fb122dbb18a1d39e070ec19859b697837c2acc5f9ae86aa77',
    heldScore: 0.8947368421052632,
    mutantsTried: 60,
    searchScore: 1,
    seconds: 1.5,
  })
  expect(plans).toBe('4b69d4897df191ad983db9a9dff75ae22e173fa11f3db9abcff8409fa3940558')
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
    candidate: 'de93f076c8f5dc3e25f43501d8cf5dc6d16232def6e99dde5dc573081e3f28ba',
    lane: 'embedded',
    rank: 8,
    seconds: 1.5,
    totalParameters: 45080,
    trainableParameters: 32792,
    tries: 3,
    validationAccuracy: 1,
  })
  expect(plans).toBe('e930012ac1d487af5ea3a56fd4e453632ff3809e1fa6cb27d4af5f46e0670bf0')
  const proven = await climb('trajectory', manifest, gold, world)
  expect(proven.facts).toEqual({
    admitted: 96,
    candidate: 'd899e964a11a851bcd0b98da969bc631092198d4668d0a86ddc484a7efe8f27a',
    examples: '4470e25fd177f09f065972918a65e38db1c628eefc7dfe1d5b869b0f6e6c0bf3',
    refused: 0,
    seconds: 1.5,
    unaided: 96,
  })
  expect(proven.plans).toBe('97fad2a3da8529e3b209a2fc5341e847530df04bb3363fa5ce896c29050a32c0')
})

test('the LoRA rung where neighbours help', async () => {
  const { facts, plans, indexes, manifest } = await climb('lora', base, copies())
  expect(facts).toEqual({
    adapter: '619dc338f28ec4229ca31aa71961b6497c5201123267b41aa6a4af1ac7af9636',
    candidate: '4d0b090914e9ecabf84be60cfcbaf5f09f7532c229a553c209fc51373f8938f5',
    lane: 'embedded',
    rank: 8,
    seconds: 1.5,
    totalParameters: 45080,
    trainableParameters: 32792,
    tries: 3,
    validationAccuracy: 0.5616438356164384,
  })
  const examples = '403ef6b298efc7de2b216ddf58fa514ea3a32d1713aceea612b536d714093817'
  expect(manifest.examples).toEqual({ digest: examples, count: 360, neighbours: 10, weight: 0.6 })
  expect(indexes).toEqual({ [examples]: 'd7216bed80c8a257a1219229d2a01225d5c56f417c9fda8d03bd3a120a1b5e4c' })
  expect(plans).toBe('6db6af5cb521d44bb8a1df4ad88e1d630160088518545bc364fc6c0f20bf7a7c')
})

test('the LoRA rung on tuned descriptions', async () => {
  const { manifest } = await climb('prompt', base, gold)
  const { facts } = await climb('lora', manifest, gold)
  expect(facts).toMatchObject({
    adapter: '0e1c862d0d2d0cb2cb8a8cb18bf2d536ff954be6adb4f2877bf19312e61b327c',
    candidate: '32c2164db6e489fc7ed1e29ca3cb74f9fcebbd7018f42c1c7a7bb8a9bfcc19af',
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
