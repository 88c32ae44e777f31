import { FEATURE_DIMENSIONS } from '#text/features.ts'
import type { Weights } from './weights.ts'

/**
 * A low-rank change of the base weights, after LoRA (Hu et al., 2021): W = W0 + (alpha / rank) B A.
 * `a` is the transpose of A, so that a sparse input reads rows: A[r, f] = a[f * rank + r]. B[t, r] = b[t * rank + r].
 */
export type LoraAdapter = {
  readonly rank: number
  readonly alpha: number
  /** Names of the tools in the order of B's rows. */
  readonly tools: readonly string[]
  readonly a: Float32Array
  readonly b: Float32Array
}

/** Dense weights with the adapter folded in: serving costs the same as the base. Throws RangeError if shapes differ. */
export function mergeAdapter(base: Weights, adapter: LoraAdapter): Weights {
  const { rank, a, b } = adapter
  if (adapter.tools.length !== base.tools || a.length !== FEATURE_DIMENSIONS * rank || b.length !== base.tools * rank) {
    throw new RangeError('the adapter does not fit the base weights')
  }
  const share = adapter.alpha / rank
  const values = base.values.slice()
  for (let feature = 0; feature < FEATURE_DIMENSIONS; feature++) {
    for (let tool = 0; tool < base.tools; tool++) {
      let change = 0
      for (let r = 0; r < rank; r++) change += (a[feature * rank + r] ?? 0) * (b[tool * rank + r] ?? 0)
      const at = feature * base.tools + tool
      values[at] = (values[at] ?? 0) + share * change
    }
  }
  return { tools: base.tools, values }
}
