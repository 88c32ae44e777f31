import { at } from '#runtime/core/checked.ts'
import { workerTask } from '#runtime/core/worker-task.ts'
import { featurize } from '#text/features.ts'
import { topPositions } from '#text/nearest.ts'
import { indexInnerProducts } from '#text/postings.ts'
import { softmax } from '#text/vote.ts'
import type { TooFewRows } from '../../tuning.ts'
import { type LoraAdapter, mergeAdapter } from '../model/adapter.ts'
import { chooseRetrieval } from '../model/choose-retrieval.ts'
import type { GoldenExample } from '../model/example-index.ts'
import type { LinearTool, RetrievalSettings } from '../model/manifest.ts'
import { splitFamilies } from '../model/split-families.ts'
import { baseWeights, scoreTools, type Weights } from '../model/weights.ts'
import { fitLora, type LoraRow, type LoraSettings } from './lora.ts'
import { type Validation, validateWeights } from './validation.ts'

/** `weight` says how much the row counts in training: 1 if not given; less for synthetic rows. */
export type TuningRow = GoldenExample & { readonly weight?: number }

export type LoraTrial = Validation & { readonly settings: LoraSettings }

export type TunedLora = {
  readonly outcome: 'tuned'
  readonly adapter: LoraAdapter
  /** Goes into the manifest: the scale at which the adapter's confidence fits its accuracy. */
  readonly scale: number
  readonly settings: LoraSettings
  /** On the validation families, by the trial that won: slightly too high, as it was chosen by them. */
  readonly validationAccuracy: number
  /** How the nearest training rows should vote beside the adapter; `weight` is 0 if that did not help on the validation families. */
  readonly retrieval: RetrievalSettings
  readonly trials: readonly LoraTrial[]
}

const VALIDATION_SHARE = 0.2
const RETRIEVAL_CANDIDATES = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6].map(weight => ({ neighbours: 10, weight }))
/** Enough rows times epochs: at the 10,003 rows of BANKING77 16 epochs reach .92, half as many .90. */
const MAX_ROW_VISITS = 160_000
const MIN_EPOCHS = 6

/**
 * What to try for so many rows; more rows get fewer epochs. On BANKING77 with 1,700 gold rows, 1.5% of them wrong, the
 * trials reach .77, .81 and .825 on the test rows, and results are flat around them in every direction but rank.
 */
export function loraTrialSettings(rows: number, seed = 1): readonly LoraSettings[] {
  const most = Math.max(MIN_EPOCHS, Math.round(MAX_ROW_VISITS / Math.max(1, rows)))
  const shared = { decay: 0.2, scale: 5, batch: 32, seed }
  return [
    { ...shared, rank: 8, alpha: 8, epochs: Math.min(20, most), rate: 0.02, dropout: 0.3 },
    { ...shared, rank: 16, alpha: 16, epochs: Math.min(30, most), rate: 0.02, dropout: 0.5 },
    { ...shared, rank: 32, alpha: 32, epochs: Math.min(24, most), rate: 0.03, dropout: 0.6 },
  ]
}

/**
 * The LoRA rung: trains each trial without a validation split of families, takes the one with the least log loss there, chooses
 * there too how neighbours vote, then trains with its settings on all rows. Rows of unknown tools are ignored. The same rows in
 * the same order give the same adapter.
 */
export function tuneLora(
  tools: readonly LinearTool[],
  rows: readonly TuningRow[],
  trials: readonly LoraSettings[] = loraTrialSettings(rows.length),
): TunedLora | TooFewRows {
  const names = tools.map(({ name }) => name)
  const prepared = toLoraRows(names, rows)
  const { rest, held } = splitFamilies(prepared, VALIDATION_SHARE, 'tune-lora/v2')
  if (rest.length === 0 || held.length === 0)
    return {
      outcome: 'tooFewRows',
      reason: `of ${prepared.length} rows, ${rest.length} are of training and ${held.length} of validation families: both must have some`,
    }
  const base = baseWeights(tools)
  const tried = trials.map(settings => {
    const weights = mergeAdapter(base, fitLora(rest, base, names, settings))
    return { weights, result: { settings, ...validateWeights(weights, held) } }
  })
  const best = tried.reduce((least, one) => (one.result.logLoss < least.result.logLoss ? one : least))
  const { settings, scale, accuracy } = best.result
  return {
    outcome: 'tuned',
    adapter: fitLora(prepared, base, names, settings),
    scale,
    settings,
    validationAccuracy: accuracy,
    retrieval: chooseNeighbours(names, best.weights, scale, rest, held),
    trials: tried.map(({ result }) => result),
  }
}

/** How the rows that the weights were trained on should vote on others. */
function chooseNeighbours(
  names: readonly string[],
  weights: Weights,
  scale: number,
  training: readonly LoraRow[],
  held: readonly LoraRow[],
): RetrievalSettings {
  const similarities = indexInnerProducts(training.map(({ vector }) => vector))
  const most = Math.max(...RETRIEVAL_CANDIDATES.map(({ neighbours }) => neighbours))
  const rows = held.map(({ vector, tool }) => ({
    tool,
    own: softmax(scoreTools(weights, vector, new Float64Array(weights.tools)), scale),
    near: topPositions(similarities(vector), most).map(({ position, value }) => ({
      id: String(position),
      tool: at(names, at(training, position).tool),
      similarity: value,
    })),
  }))
  return chooseRetrieval(rows, RETRIEVAL_CANDIDATES, new Map(names.map((name, position) => [name, position])))
}

function toLoraRows(names: readonly string[], rows: readonly TuningRow[]): (LoraRow & { readonly family: string })[] {
  const positions = new Map(names.map((name, position) => [name, position]))
  return rows.flatMap(({ family, tool, question, earlier, weight = 1 }) => {
    const position = positions.get(tool)
    return position === undefined ? [] : [{ family, tool: position, weight, vector: featurize(question, earlier) }]
  })
}

/** For a worker thread. */
export const tuneLoraTask = workerTask(import.meta.url, tuneLora)
