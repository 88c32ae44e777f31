import { at } from '#runtime/core/checked.ts'
import { mulberry32, type Random } from '#statistics/random.ts'
import { FEATURE_DIMENSIONS, type SparseVector } from '#text/features.ts'
import { dot } from '#text/vectors.ts'

const PICKS_PER_CLUSTER = 5
const MAX_CLUSTERS = 64
const KMEANS_ITERATIONS = 4

/**
 * Positions of `count` vectors that represent all: spherical k-means clusters (Dhillon and Modha, 2001) seeded by k-means++ (Arthur
 * and Vassilvitskii, 2007), about five picks from each: first the vector nearest to the centre, then the one that is least
 * similar to those picked.
 */
export function selectDiverse(vectors: readonly SparseVector[], count: number, seed: number): readonly number[] {
  if (count >= vectors.length) return vectors.map((_, position) => position)
  const clusters = Math.min(MAX_CLUSTERS, Math.ceil(count / PICKS_PER_CLUSTER))
  const pickers = createClusterPickers(vectors, clusters, mulberry32(seed))
  const picked: number[] = []
  while (picked.length < count)
    for (const pickNext of pickers) {
      if (picked.length === count) break
      const position = pickNext()
      if (position !== undefined) picked.push(position)
    }
  return picked
}

type Cluster = { readonly centre: Float32Array; readonly members: readonly number[] }

/** One picker per cluster: each call gives its next member, undefined when there is none left. */
function createClusterPickers(
  vectors: readonly SparseVector[],
  k: number,
  random: Random,
): readonly (() => number | undefined)[] {
  let centres: readonly Float32Array[] = seedCentres(vectors, k, random)
  let clusters: readonly Cluster[] = []
  for (let iteration = 0; iteration < KMEANS_ITERATIONS; iteration++) {
    clusters = assignMembers(vectors, centres)
    centres = clusters.map(({ centre }) => centre)
  }
  return clusters.map(cluster => createPicker(vectors, cluster))
}

/** Clusters of the vectors nearest to each centre, with their own centres; those without a member are left out. */
function assignMembers(vectors: readonly SparseVector[], centres: readonly Float32Array[]): readonly Cluster[] {
  const members: number[][] = centres.map(() => [])
  vectors.forEach((vector, position) => {
    at(members, nearestCentre(centres, vector)).push(position)
  })
  return members
    .filter(own => own.length > 0)
    .map(own => ({ members: own, centre: unitCentroid(own.map(position => at(vectors, position))) }))
}

/** The first centre at random, each next one with a probability in proportion to its distance from those before it. */
function seedCentres(vectors: readonly SparseVector[], k: number, random: Random): readonly Float32Array[] {
  const first = Math.floor(random() * vectors.length)
  let newest = unitCentroid([at(vectors, first)])
  const centres = [newest]
  const distances = vectors.map(() => Number.POSITIVE_INFINITY)
  while (centres.length < k) {
    let sum = 0
    vectors.forEach((vector, position) => {
      const distance = Math.min(at(distances, position), Math.max(0, 1 - denseInnerProduct(newest, vector)))
      distances[position] = distance
      sum += distance
    })
    newest = unitCentroid([at(vectors, drawWeighted(distances, random() * sum))])
    centres.push(newest)
  }
  return centres
}

/** The position at which the running sum of the weights exceeds `mark`. */
function drawWeighted(weights: readonly number[], mark: number): number {
  let sum = 0
  const position = weights.findIndex(weight => {
    sum += weight
    return sum > mark
  })
  return position < 0 ? weights.length - 1 : position
}

function createPicker(vectors: readonly SparseVector[], { centre, members }: Cluster): () => number | undefined {
  // The highest similarity of each member to those picked; before the first pick, its distance from the centre.
  const scores = new Map(members.map(position => [position, -denseInnerProduct(centre, at(vectors, position))]))
  let isFirst = true
  return () => {
    const [position] = [...scores].reduce<readonly [number | undefined, number]>(
      (lowest, entry) => (entry[1] < lowest[1] ? entry : lowest),
      [undefined, Number.POSITIVE_INFINITY],
    )
    if (position === undefined) return undefined
    scores.delete(position)
    const picked = at(vectors, position)
    for (const [other, score] of scores) {
      const similarity = dot(picked, at(vectors, other))
      scores.set(other, isFirst ? similarity : Math.max(score, similarity))
    }
    isFirst = false
    return position
  }
}

function nearestCentre(centres: readonly Float32Array[], vector: SparseVector): number {
  let nearest = 0
  let highest = -1
  centres.forEach((centre, position) => {
    const similarity = denseInnerProduct(centre, vector)
    if (similarity > highest) {
      highest = similarity
      nearest = position
    }
  })
  return nearest
}

function unitCentroid(vectors: readonly SparseVector[]): Float32Array {
  const sum = new Float32Array(FEATURE_DIMENSIONS)
  for (const { indices, values } of vectors)
    indices.forEach((feature, entry) => {
      sum[feature] = at(sum, feature) + at(values, entry)
    })
  const length = Math.sqrt(sum.reduce((squares, value) => squares + value * value, 0)) || 1
  return sum.map(value => value / length)
}

/** The innermost loop of the clustering: indices are below the length of a centre, and there are as many values as indices. */
function denseInnerProduct(centre: Float32Array, { indices, values }: SparseVector): number {
  let sum = 0
  for (let entry = 0; entry < indices.length; entry++) sum += (centre[indices[entry] ?? 0] ?? 0) * (values[entry] ?? 0)
  return sum
}
