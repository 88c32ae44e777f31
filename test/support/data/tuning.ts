import type { LinearManifest } from '#planners/linear/model/manifest.ts'
import { canonicalJson } from '#runtime/core/identity.ts'
import { type ObjectStore, putJson } from '#runtime/objects/object-store.ts'
import type { TuningDecided } from '#schemas/events.ts'
import type { Dataset, DatasetRow, EvaluationSet } from '#schemas/objects.ts'
import { call, userMessage } from './turns.ts'

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
      messages: [userMessage(`${opening} ${question}`)],
      calls: [call(tool, question)],
      synthetic: false,
      inclusionProbability: 1,
    })),
  ),
)

/** A request to tune the planner of `desk` by this rung. */
export function tuningRequest(rung: TuningDecided['rung'], changes: Partial<TuningDecided> = {}): TuningDecided {
  return {
    id: 'request-1',
    parents: [],
    at: 1,
    agent: 'desk',
    outcome: 'requested',
    rung,
    reasons: [],
    datasetVersion: 4,
    dataset: 'dataset',
    evaluation: 'evaluation',
    baseline: 'baseline',
    seed: 7,
    ...changes,
  }
}

/** A request whose dataset, evaluation set and baseline are in the store. */
export async function storedRequest(
  objects: ObjectStore,
  rung: TuningDecided['rung'],
  baseline: LinearManifest,
  rows: readonly DatasetRow[] = gold,
  held: readonly DatasetRow[] = [],
): Promise<TuningDecided> {
  const dataset: Dataset = { format: 2, agent: 'desk', version: 4, rows }
  const evaluation: EvaluationSet = { format: 2, agent: 'desk', rows: held }
  return tuningRequest(rung, {
    dataset: await putJson(objects, canonicalJson(dataset)),
    evaluation: await putJson(objects, canonicalJson(evaluation)),
    baseline: await putJson(objects, canonicalJson(baseline)),
  })
}
