import { DIMENSIONS, featurize, type SparseVector } from '#planner/features.ts'
import { dot } from '#planner/vectors.ts'
import type { Asked } from './state.ts'

/** Cosine from which a question counts as the one before, asked again. */
const sameAsk = 0.5
/** Earlier turns looked at for a repeated ask. */
const lookBack = 3

// Vectors follow from the text alone, so keeping them beside the remembered value changes no answer, only its cost.
const vectors = new WeakMap<Asked, SparseVector>()
const scattered = new Float32Array(DIMENSIONS)

/** 1 minus the highest cosine to what was picked before; 1 if nothing was. */
export function noveltyOf(asked: Asked, picked: Iterable<readonly [string, Asked]>): number {
  const { indices, values } = vectorOf(asked)
  for (let entry = 0; entry < indices.length; entry++) scattered[indices[entry] ?? 0] = values[entry] ?? 0
  let highest = 0
  for (const [, before] of picked) highest = Math.max(highest, against(vectorOf(before)))
  for (const index of indices) scattered[index] = 0
  return Math.max(0, 1 - highest)
}

/** The customer asks again what was asked shortly before in this conversation. */
export function isRepeat({ question, earlier }: Asked): boolean {
  if (earlier.length === 0) return false
  const vector = featurize(question)
  return earlier.slice(-lookBack).some(before => dot(vector, featurize(before)) >= sameAsk)
}

function against({ indices, values }: SparseVector): number {
  let sum = 0
  for (let entry = 0; entry < indices.length; entry++)
    sum += (values[entry] ?? 0) * (scattered[indices[entry] ?? 0] ?? 0)
  return sum
}

function vectorOf(asked: Asked): SparseVector {
  const known = vectors.get(asked)
  if (known) return known
  const vector = featurize(asked.question, asked.earlier)
  vectors.set(asked, vector)
  return vector
}
