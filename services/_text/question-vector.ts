import { featurize, type SparseVector } from './features.ts'

/** A question as it is compared: what its vector is made of. `earlier` are the customer's turns before it, of which two count. */
export type QuestionInContext = { readonly question: string; readonly earlier: readonly string[] }

// Vectors follow from the text alone: keeping them beside the remembered value changes no answer, only its cost.
const vectors = new WeakMap<Pick<QuestionInContext, 'question'>, SparseVector>()

/** The vector of a question, made once for each object that holds it: such objects must not change. */
export function questionVector(asked: Pick<QuestionInContext, 'question'> & Partial<QuestionInContext>): SparseVector {
  const known = vectors.get(asked)
  if (known) return known
  const vector = featurize(asked.question, asked.earlier)
  vectors.set(asked, vector)
  return vector
}
