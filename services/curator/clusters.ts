import { mulberry32, type Random } from '#statistics/random.ts'
import { FEATURE_DIMENSIONS, type SparseVector } from '#text/features.ts'
import { dot } from '#text/vectors.ts'

const PICKS_PER_CLUSTER = 5
const MAX_CLUSTERS = 64
const KMEANS_ITERATIONS = 4

/**
 * Positions of `count` vectors that stand for all: k-means++ clusters (Arthur and Vassilvitskii, 2007; spherical, Dhillon
 * and Modha, 2001), about five picks from each: the one nearest to the centre, then the one least like those picked.
 */
export function selectDiverse(vectors: readonly SparseVector[], count: number, seed: number): number[] {
  if (count >= vectors.length) return vectors.map((_, at) => at)
  const clusters = createClusterPickers(
    vectors,
    Math.min(MAX_CLUSTERS, Math.ceil(count / PICKS_PER_CLUSTER)),
    mulberry32(seed),
  )
  const picked: number[] = []
  while (picked.length < count)
    for (const next of clusters) {
      if (picked.length === count) break
      const at = next()
      if (at !== undefined) picked.push(at)
    }
  return picked
}

/** One picker a cluster: each call gives its next member, undefined when there is none left. */
function createClusterPickers(
  vectors: readonly SparseVector[],
  k: number,
  random: Random,
): (() => number | undefined)[] {
  let centres = seedCentres(vectors, k, random)
  let members: number[][] = []
  for (let round = 0; round < KMEANS_ITERATIONS; round++) {
    members = centres.map(() => [])
    vectors.forEach((vector, at) => {
      members[nearestCentre(centres, vector)]?.push(at)
    })
    centres = members
      .filter(inside => inside.length > 0)
      .map(inside => unitCentroid(inside.map(at => vectorAt(vectors, at))))
    members = members.filter(inside => inside.length > 0)
  }
  return members.map((inside, at) => createPicker(vectors, inside, centres[at] ?? new Float32Array(FEATURE_DIMENSIONS)))
}

/** The first centre at random, each next one with probability in proportion to its distance from those before it. */
function seedCentres(vectors: readonly SparseVector[], k: number, random: Random): Float32Array[] {
  const first = Math.floor(random() * vectors.length)
  const centres = [unitCentroid([vectorAt(vectors, first)])]
  const distances = vectors.map(() => Number.POSITIVE_INFINITY)
  while (centres.length < k) {
    const newest = centres[centres.length - 1] ?? new Float32Array(FEATURE_DIMENSIONS)
    let sum = 0
    vectors.forEach((vector, at) => {
      distances[at] = Math.min(distances[at] ?? 0, Math.max(0, 1 - denseInnerProduct(newest, vector)))
      sum += distances[at] ?? 0
    })
    centres.push(unitCentroid([vectorAt(vectors, drawWeighted(distances, random() * sum))]))
  }
  return centres
}

/** The position at which the running sum of the weights passes `mark`. */
function drawWeighted(weights: readonly number[], mark: number): number {
  let sum = 0
  const at = weights.findIndex(weight => {
    sum += weight
    return sum > mark
  })
  return at < 0 ? weights.length - 1 : at
}

function createPicker(
  vectors: readonly SparseVector[],
  inside: readonly number[],
  centre: Float32Array,
): () => number | undefined {
  // How much each member is like what was picked; before the first pick, how far it is from the centre.
  const likeness = new Map(inside.map(at => [at, -denseInnerProduct(centre, vectorAt(vectors, at))]))
  let picks = 0
  return () => {
    let best: number | undefined
    for (const [at, value] of likeness) if (best === undefined || value < (likeness.get(best) ?? 0)) best = at
    if (best === undefined) return undefined
    likeness.delete(best)
    const picked = vectorAt(vectors, best)
    for (const [at, value] of likeness) {
      const alike = dot(picked, vectorAt(vectors, at))
      likeness.set(at, picks === 0 ? alike : Math.max(value, alike))
    }
    picks++
    return best
  }
}

function nearestCentre(centres: readonly Float32Array[], vector: SparseVector): number {
  let best = 0
  let highest = -1
  centres.forEach((centre, at) => {
    const likeness = denseInnerProduct(centre, vector)
    if (likeness > highest) {
      highest = likeness
      best = at
    }
  })
  return best
}

function unitCentroid(vectors: readonly SparseVector[]): Float32Array {
  const sum = new Float32Array(FEATURE_DIMENSIONS)
  for (const { indices, values } of vectors)
    indices.forEach((feature, entry) => {
      sum[feature] = (sum[feature] ?? 0) + (values[entry] ?? 0)
    })
  const length = Math.sqrt(sum.reduce((squares, value) => squares + value * value, 0)) || 1
  return sum.map(value => value / length)
}

function denseInnerProduct(centre: Float32Array, { indices, values }: SparseVector): number {
  let sum = 0
  for (let entry = 0; entry < indices.length; entry++) sum += (centre[indices[entry] ?? 0] ?? 0) * (values[entry] ?? 0)
  return sum
}

function vectorAt(vectors: readonly SparseVector[], at: number): SparseVector {
  return vectors[at] ?? { indices: new Uint16Array(), values: new Float32Array() }
}
