import type { SampleSelected } from '#schemas/events.ts'
import { toolOf } from '#schemas/turns.ts'
import { featurize } from '#text/features.ts'
import { questionVector } from '#text/question-vector.ts'
import { containedShare, dotWithDense, toDense } from '#text/vectors.ts'

/** A question that has gold. */
export type GoldQuestion = { readonly question: string; readonly family: string; readonly goldTool: string | null }

/** How similar the question is to earlier questions with gold, 0 to 1 each. */
export type GoldSimilarity = {
  /** The highest cosine to a question whose gold tool is the planned one: evidence for the plan. */
  readonly own: number
  /** The largest share of a question with another gold tool that this question contains: evidence against the plan. */
  readonly other: number
}

/**
 * The two measures differ so that nobody can raise a score by adding words to a question. Added words can only raise the
 * containment, which counts against the plan. They lower the cosine, which counts for it, unless they repeat a question that has
 * the planned tool as gold. Gold of the question's own family is left out: it would be the same question.
 */
export function goldSimilarity(
  { question, family, plan }: Pick<SampleSelected, 'question' | 'family' | 'plan'>,
  goldQuestions: Iterable<GoldQuestion>,
): GoldSimilarity {
  const planned = toolOf(plan.calls)
  const dense = toDense(featurize(question))
  let [own, other] = [0, 0]
  for (const gold of goldQuestions) {
    if (gold.goldTool === null || gold.family === family) continue
    const vector = questionVector(gold)
    if (gold.goldTool === planned) own = Math.max(own, dotWithDense(dense, vector))
    else other = Math.max(other, containedShare(dense, vector))
  }
  // Rounding can exceed 1.
  return { own: Math.min(1, own), other: Math.min(1, other) }
}
