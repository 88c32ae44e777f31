import type { SampleSelected } from '#schemas/events.ts'
import { FEATURE_DIMENSIONS, featurize } from '#text/features.ts'
import { questionVector } from '#text/question-vector.ts'

/** A question that has gold. */
export type GoldQuestion = { readonly question: string; readonly family: string; readonly goldTool: string | null }

/** How far earlier gold speaks for a plan and against it, 0 to 1 each. */
export type GoldSimilarity = {
  /** Cosine to the nearest question whose gold is the planned tool. */
  readonly own: number
  /** The largest share of a question with another gold tool that this one contains. */
  readonly other: number
}

const denseScratch = new Float32Array(FEATURE_DIMENSIONS)

/**
 * Against the plan counts containment, which words added to a question can only raise; for it the cosine, which they lower unless
 * they repeat a question that the planned tool is right for. So nobody talks a score up. Its own family proves nothing.
 */
export function goldSimilarity(
  { question, family, plan }: Pick<SampleSelected, 'question' | 'family' | 'plan'>,
  goldQuestions: Iterable<GoldQuestion>,
): GoldSimilarity {
  const vector = featurize(question)
  for (const [entry, index] of vector.indices.entries()) denseScratch[index] = vector.values[entry] ?? 0
  let [own, other] = [0, 0]
  for (const one of goldQuestions) {
    if (one.goldTool === null || one.family === family) continue
    const { indices, values } = questionVector(one)
    let [cosine, containment] = [0, 0]
    for (let entry = 0; entry < indices.length; entry++) {
      const here = denseScratch[indices[entry] ?? 0] ?? 0
      const value = values[entry] ?? 0
      cosine += here * value
      if (here > 0) containment += value * value
    }
    if (one.goldTool === plan.tool) own = Math.max(own, cosine)
    else other = Math.max(other, containment)
  }
  for (const index of vector.indices) denseScratch[index] = 0
  return { own: Math.min(1, own), other: Math.min(1, other) }
}
