import { DESCRIPTION_SCALE } from '#text/nearest-tool.ts'

/** A tool that the planner may choose. */
export type LinearTool = { readonly name: string; readonly description: string }

/** How the examples nearest to a question vote: how many of them, and the vote's share of the blended probability, in [0, 1]. */
export type RetrievalSettings = { readonly neighbours: number; readonly weight: number }

/** The golden examples that a planner consults: `digest` names the example set in the object store and its index. */
export type ExampleUse = RetrievalSettings & { readonly digest: string; readonly count: number }

/** A linear planner as data. Everything that changes an answer is in here or is named here by digest. */
export type LinearManifest = {
  /** The kind's name in stored manifests, and so in their digests. */
  readonly kind: 'embedded'
  /** Version of the features and of this shape: a planner is only loaded by code that makes the same vectors. */
  readonly format: 1
  readonly agent: string
  /** In the order of the rows of the adapter's B. The descriptions are the prompt. */
  readonly tools: readonly LinearTool[]
  /** Softmax scale (inverse temperature): probabilities are softmax(scale * score). */
  readonly scale: number
  /** SHA-256 of the adapter's safetensors bytes; null before the LoRA rung. */
  readonly adapter: string | null
  readonly examples: ExampleUse | null
}

/** A planner with these descriptions, without adapter and examples. */
export function untunedManifest(agent: string, tools: readonly LinearTool[]): LinearManifest {
  const copied = tools.map(({ name, description }) => ({ name, description }))
  return { kind: 'embedded', format: 1, agent, tools: copied, scale: DESCRIPTION_SCALE, adapter: null, examples: null }
}
