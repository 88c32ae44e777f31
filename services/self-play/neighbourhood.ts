import { type Asked, vectorOf } from '#planners/linear/asked.ts'
import type { Hit } from '#planners/linear/neighbours.ts'
import { nearestOf } from '#planners/linear/neighbours.ts'
import { products } from '#text/postings.ts'
import { dot } from '#text/vectors.ts'
import type { KeptGold } from './state.ts'

/** What one variant lies among. */
export type Surroundings = {
  /** The nearest gold, the parent included, nearest first: what the kNN planner votes with. */
  readonly hits: readonly Hit[]
  /** Cosine to the nearest gold of its own tool, and of any other. */
  readonly own: number
  readonly other: number
  readonly isDuplicate: boolean
}

const voters = 10
const sameCosine = 0.95
const sameJaccard = 0.8
/** Texts whose cosine is lower cannot share four shingles of five. */
const leastCosine = 0.6
const shingle = 5

/** Everything seen so far, ready to be compared with; the parent counts as gold but not as a duplicate. */
export type Seen = {
  readonly parent: KeptGold
  readonly gold: readonly (readonly [id: string, gold: KeptGold])[]
  readonly synthetic: readonly Asked[]
}

/** Answers for one variant after the other; `siblings` are those accepted before it. */
export function neighbourhoodOf({
  parent,
  gold,
  synthetic,
}: Seen): (asked: Asked, siblings: readonly Asked[]) => Surroundings {
  const known = [parent, ...gold.map(([, kept]) => kept)]
  const toGold = products(known.map(vectorOf))
  const toSynthetic = products(synthetic.map(vectorOf))
  return (asked, siblings) => {
    const vector = vectorOf(asked)
    const isSame = (other: Asked, cosine: number): boolean =>
      cosine > sameCosine || (cosine > leastCosine && jaccard(asked.question, other.question) > sameJaccard)
    const near = toGold(vector)
    let own = 0
    let other = 0
    near.forEach((cosine, at) => {
      if (known[at]?.tool === parent.tool) own = Math.max(own, cosine)
      else other = Math.max(other, cosine)
    })
    const hits = nearestOf(near, voters).map(({ at, similarity }) => ({
      id: String(at),
      tool: known[at]?.tool ?? '',
      similarity,
    }))
    const isDuplicate =
      normalised(asked.question) === normalised(parent.question) ||
      gold.some(([, kept], at) => isSame(kept, near[at + 1] ?? 0)) ||
      siblings.some(sibling => isSame(sibling, dot(vector, vectorOf(sibling)))) ||
      toSynthetic(vector).some((cosine, at) => isSame(synthetic[at] ?? asked, cosine))
    return { hits, own, other, isDuplicate }
  }
}

/** Shared share of the character shingles of two texts (Broder, 1997). */
export function jaccard(left: string, right: string): number {
  const [one, two] = [shinglesOf(left), shinglesOf(right)]
  const shared = one.intersection(two).size
  return shared === 0 ? 0 : shared / (one.size + two.size - shared)
}

function shinglesOf(text: string): Set<string> {
  const padded = ` ${normalised(text)} `
  return new Set(
    Array.from({ length: Math.max(1, padded.length - shingle + 1) }, (_none, at) => padded.slice(at, at + shingle)),
  )
}

export function normalised(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
}
