import { DESCRIPTION_SCALE } from '#text/nearest-tool.ts'

/** A tool or downstream agent that the planner may choose. */
export type PlannerTool = { readonly name: string; readonly description: string }

/** The golden examples that the planner consults at inference: an object in the store and how to use it. */
export type ExampleUse = {
  /** SHA-256 of the JSON array of `Example` in the object store. */
  readonly digest: string
  readonly count: number
  /** How many of the nearest examples vote. */
  readonly neighbours: number
  /** Share of the vote in the blended probability, in [0, 1]. */
  readonly weight: number
}

/**
 * An embedded planner as data. Its SHA-256 in the object store is the planner's identity, so everything that changes an
 * answer is in here or is named here by digest.
 */
export type LinearManifest = {
  readonly kind: 'embedded'
  /** Version of the features and of this shape: a planner is only loaded by code that makes the same vectors. */
  readonly format: 1
  readonly agent: string
  /** In this order everywhere: rows of the adapter's B follow it. The descriptions are the prompt. */
  readonly tools: readonly PlannerTool[]
  /** Softmax scale (inverse temperature): probabilities are softmax(scale * score). */
  readonly scale: number
  /** SHA-256 of the adapter's safetensors bytes, or null before the LoRA rung. */
  readonly adapter: string | null
  readonly examples: ExampleUse | null
}

/** The planner before any tuning: the catalogue's own descriptions. Throws RangeError without tools or on a repeated name. */
export function untunedManifest(agent: string, tools: readonly PlannerTool[]): LinearManifest {
  const names = new Set(tools.map(({ name }) => name))
  if (tools.length === 0) throw new RangeError('a planner needs at least one tool')
  if (names.size !== tools.length) throw new RangeError('tool names must be unique')
  const copied = tools.map(({ name, description }) => ({ name, description }))
  return { kind: 'embedded', format: 1, agent, tools: copied, scale: DESCRIPTION_SCALE, adapter: null, examples: null }
}
