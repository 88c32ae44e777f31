import type { IndexedVector, VectorIndex } from '#planners/examples/vector-index.ts'
import { createEmbeddedTrainer } from '#planners/lanes/embedded.ts'
import type { LinearManifest } from '#planners/linear/model/manifest.ts'
import { Fault } from '#runtime/core/faults.ts'
import { canonicalJson, digest } from '#runtime/core/identity.ts'
import type { WorkerPool } from '#runtime/core/worker-pool.ts'
import { type ObjectStore, putJson } from '#runtime/objects/object-store.ts'
import type { TuningDecided } from '#schemas/events.ts'
import type { Dataset, DatasetRow, EvaluationSet } from '#schemas/objects.ts'
import { agentDescribed } from '#test/support/data/agent-described.ts'

/** What stands for the outside world in memory, and what was built in it. */
export function fakePorts(catalogue = tools, before?: { readonly stored: ReadonlyMap<string, Uint8Array> }) {
  const stored = new Map(before?.stored)
  const indexes = new Map<string, readonly IndexedVector[]>()
  const objects: ObjectStore = {
    async put(content) {
      stored.set(digest(content), content)
      return digest(content)
    },
    async get(name) {
      const content = stored.get(name)
      if (content === undefined) throw new Fault('FLY_OBJECT', 'missing')
      return content
    },
    has: async name => stored.has(name),
  }
  const vectors = {
    build: async (name: string, rows: readonly IndexedVector[]) => void indexes.set(name, rows),
  } as VectorIndex
  const workerPool: WorkerPool = {
    run: async (module, name, args) => (await import(module.href))[name](...structuredClone(args)),
    close: async () => {},
  }
  const ticks = [0, 1500]
  const clock = { now: () => ticks.shift() ?? 1500 }
  const trainer = createEmbeddedTrainer({ objects, vectors, workerPool })
  const agents = { waitFor: async () => agentDescribed(catalogue) }
  return {
    stored,
    indexes,
    objects,
    ports: { objects, vectors, workerPool, clock, trainer, agents },
  }
}

export const tools = [
  { name: 'quote', description: 'Market value.', argumentSchema: null },
  { name: 'fees', description: 'Costs of service.', argumentSchema: null },
  { name: 'login', description: 'Access.', argumentSchema: null },
]

const openings = [
  'hi',
  'please tell me',
  'could you say',
  'well',
  'sorry but',
  'one question:',
  'quick one,',
  'hey there',
]
const asks = {
  quote: ['what is apple trading at', 'price of gold now', 'how much is one share of tesla', 'is the stock up today'],
  fees: ['what do you charge for a wire', 'commission on options', 'is there a yearly charge', 'why was i billed'],
  login: ['i forgot my password', 'cannot sign in on my phone', 'the code never arrives', 'my account is locked'],
}

/** 96 gold rows of 96 families, eight ways to open each ask. */
export const gold: readonly DatasetRow[] = Object.entries(asks).flatMap(([tool, questions]) =>
  questions.flatMap((question, ask) =>
    openings.map((opening, at) => ({
      id: `${tool}-${ask}-${at}`,
      family: `family-${tool}-${ask}-${at}`,
      question: `${opening} ${question}`,
      earlier: [],
      tool,
      argument: question,
      synthetic: false,
      inclusionProbability: 1,
    })),
  ),
)

/** Stores dataset, evaluation set and baseline, and returns the request that names them. */
export async function request(
  objects: ObjectStore,
  rung: TuningDecided['rung'],
  baseline: LinearManifest,
  rows: readonly DatasetRow[] = gold,
  held: readonly DatasetRow[] = [],
): Promise<TuningDecided> {
  const dataset: Dataset = { format: 1, agent: 'desk', version: 4, rows }
  const evaluation: EvaluationSet = { format: 1, agent: 'desk', rows: held }
  return {
    id: 'request-1',
    parents: [],
    at: 1,
    agent: 'desk',
    outcome: 'requested',
    rung,
    reasons: [],
    datasetVersion: 4,
    dataset: await putJson(objects, canonicalJson(dataset)),
    evaluation: await putJson(objects, canonicalJson(evaluation)),
    baseline: await putJson(objects, canonicalJson(baseline)),
    seed: 7,
  }
}
