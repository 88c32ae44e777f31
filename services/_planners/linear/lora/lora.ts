import { gaussian, mulberry32, type Random, shuffle } from '#statistics/random.ts'
import { FEATURE_DIMENSIONS, type SparseVector } from '#text/features.ts'
import { softmax } from '#text/vote.ts'
import type { LoraAdapter } from '../model/adapter.ts'
import { scoreTools, type Weights } from '../model/weights.ts'
import { createAdamW } from './adamw.ts'

/** A training row: features, the gold tool's position in the catalogue, and how much the row counts (1 if not given). */
export type LoraRow = { readonly vector: SparseVector; readonly tool: number; readonly weight?: number }

export type LoraSettings = {
  readonly rank: number
  /** The change of weights is (alpha / rank) B A. */
  readonly alpha: number
  readonly epochs: number
  /** Adam's rate at the start; it falls to 0 along half a cosine. */
  readonly rate: number
  /** Decoupled weight decay (AdamW). An L2 term inside Adam made runs differ by 10 points of accuracy. */
  readonly decay: number
  /** Softmax scale while training. Low values keep every row teaching: 5 beats 20 by a point at 1,700 rows. */
  readonly scale: number
  /** Share of a row's features hidden from the adapter at each step; the rest are scaled up. */
  readonly dropout: number
  readonly batch: number
  readonly seed: number
}

/**
 * Trains an adapter on frozen base weights: softmax cross-entropy, AdamW (Loshchilov and Hutter, 2019) on A and B only,
 * mini-batches. B starts at zero, so the untrained adapter changes nothing; A starts at small random numbers. The same
 * rows, order and seed give the same adapter.
 */
export function fitLora(
  rows: readonly LoraRow[],
  base: Weights,
  tools: readonly string[],
  settings: LoraSettings,
): LoraAdapter {
  const { rank, alpha, epochs, batch } = settings
  const random = mulberry32(settings.seed)
  const a = new Float32Array(FEATURE_DIMENSIONS * rank).map(() => 0.02 * gaussian(random))
  const b = new Float32Array(tools.length * rank)
  // W0 x never changes, so each row's base scores are computed once for all epochs.
  const prepared = rows.map(row => ({ ...row, base: scoreTools(base, row.vector, new Float64Array(tools.length)) }))
  const step = createGradient({ rank, alpha, tools, a, b }, settings, random)
  const [updateA, updateB] = [createAdamW(a), createAdamW(b)]
  const total = epochs * Math.ceil(rows.length / batch)
  let done = 0
  for (let epoch = 0; epoch < epochs; epoch++) {
    const order = shuffle(prepared, random)
    for (let start = 0; start < order.length; start += batch) {
      step.batch(order.slice(start, start + batch))
      const rate = settings.rate * 0.5 * (1 + Math.cos((Math.PI * done++) / total))
      updateA(step.a, rate, settings.decay)
      updateB(step.b, rate, settings.decay)
    }
  }
  return { rank, alpha, tools, a, b }
}

type RowWithBaseScores = LoraRow & { readonly base: Float64Array }

/**
 * Gradients of the mean loss of a mini-batch: `batch` leaves them in `a` and `b`. All indices are within bounds by the shapes that
 * `fitLora` makes, so `?? 0` never applies; checked access takes twice the time.
 */
function createGradient({ rank, alpha, a, b }: LoraAdapter, { scale, dropout }: LoraSettings, random: Random) {
  const share = alpha / rank
  const gradients = { a: new Float32Array(a.length), b: new Float32Array(b.length) }
  const hidden = new Float64Array(rank)
  const hiddenGradient = new Float64Array(rank)
  const scores = new Float64Array(b.length / rank)
  const kept = new Float32Array(FEATURE_DIMENSIONS)

  function addRow({ vector, tool, weight = 1, base }: RowWithBaseScores, size: number): void {
    const { indices, values } = vector
    hidden.fill(0)
    for (let entry = 0; entry < indices.length; entry++) {
      const value = dropout > 0 && random() < dropout ? 0 : (values[entry] ?? 0) / (1 - dropout)
      kept[entry] = value
      if (value === 0) continue
      const row = (indices[entry] ?? 0) * rank
      for (let r = 0; r < rank; r++) hidden[r] = (hidden[r] ?? 0) + value * (a[row + r] ?? 0)
    }
    for (let at = 0; at < scores.length; at++) {
      let change = 0
      for (let r = 0; r < rank; r++) change += (b[at * rank + r] ?? 0) * (hidden[r] ?? 0)
      scores[at] = (base[at] ?? 0) + share * change
    }
    softmax(scores, scale)
    scores[tool] = (scores[tool] ?? 0) - 1
    hiddenGradient.fill(0)
    for (let at = 0; at < scores.length; at++) {
      const slope = ((scores[at] ?? 0) * weight * scale * share) / size
      for (let r = 0; r < rank; r++) {
        const cell = at * rank + r
        hiddenGradient[r] = (hiddenGradient[r] ?? 0) + slope * (b[cell] ?? 0)
        gradients.b[cell] = (gradients.b[cell] ?? 0) + slope * (hidden[r] ?? 0)
      }
    }
    for (let entry = 0; entry < indices.length; entry++) {
      const value = kept[entry] ?? 0
      if (value === 0) continue
      const row = (indices[entry] ?? 0) * rank
      for (let r = 0; r < rank; r++) {
        gradients.a[row + r] = (gradients.a[row + r] ?? 0) + value * (hiddenGradient[r] ?? 0)
      }
    }
  }

  return {
    ...gradients,
    batch(rows: readonly RowWithBaseScores[]): void {
      gradients.a.fill(0)
      gradients.b.fill(0)
      for (const row of rows) addRow(row, rows.length)
    },
  }
}
