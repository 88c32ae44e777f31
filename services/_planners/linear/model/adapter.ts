import { Fault } from '#runtime/core/faults.ts'
import { FEATURE_DIMENSIONS } from '#text/features.ts'
import type { Weights } from './weights.ts'

/**
 * A low-rank change of the base weights, after LoRA (Hu et al., 2021): W = W0 + (alpha / rank) B A. `a` is the transpose of A, so
 * that a sparse input reads rows: A[r, f] = a[f * rank + r]. B[t, r] = b[t * rank + r].
 */
export type LoraAdapter = {
  readonly rank: number
  readonly alpha: number
  /** Names of the tools in the order of B's rows. */
  readonly tools: readonly string[]
  readonly a: Float32Array
  readonly b: Float32Array
}

/** Base weights with the adapter folded in: serving costs the same as the base. FLY_OBJECT if their shapes differ. */
export function mergeAdapter(base: Weights, { rank, alpha, tools, a, b }: LoraAdapter): Weights {
  if (tools.length !== base.tools || a.length !== FEATURE_DIMENSIONS * rank || b.length !== base.tools * rank)
    throw new Fault('FLY_OBJECT', 'the adapter does not fit the base weights')
  const share = alpha / rank
  const values = base.values.slice()
  // The shapes checked above keep all indices within bounds, so `?? 0` never applies.
  for (let feature = 0; feature < FEATURE_DIMENSIONS; feature++) {
    for (let tool = 0; tool < base.tools; tool++) {
      let change = 0
      for (let r = 0; r < rank; r++) change += (a[feature * rank + r] ?? 0) * (b[tool * rank + r] ?? 0)
      const cell = feature * base.tools + tool
      values[cell] = (values[cell] ?? 0) + share * change
    }
  }
  return { tools: base.tools, values }
}

/** Trainable: of the adapter; total: with the frozen weights below it. */
export function countParameters({ rank, tools }: LoraAdapter): { readonly trainable: number; readonly total: number } {
  const trainable = rank * (FEATURE_DIMENSIONS + tools.length)
  return { trainable, total: FEATURE_DIMENSIONS * tools.length + trainable }
}
