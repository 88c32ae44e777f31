/** One reviewer's score of one item, any scale. */
export type ReviewerScore = { readonly item: string; readonly reviewer: string; readonly score: number }

export type Severities = {
  /** How far below the others a reviewer scores the same items; negative is lenient. Zero for whom it does not know. */
  readonly of: (reviewer: string) => number
  readonly reviewers: readonly string[]
}

/**
 * Ridge penalties, in ratings without an effect that are added to each reviewer and each item. A reviewer with few ratings is
 * shrunk towards the mean. Items are hardly shrunk: otherwise a reviewer of difficult items would look severe.
 */
const shrinkage = { reviewer: 1, item: 0.1 }
/** The sum of squares is strictly convex, so that the alternation ends; this is for ill-connected ratings. */
const maxIterations = 500
const tolerance = 1e-6

/**
 * Severities by the additive model score = mean + item - severity: least squares with shrinkage (ridge) of both effects, solved by
 * alternation (backfitting; Buja, Hastie and Tibshirani, Annals of Statistics 17, 1989). Reviewers are compared on what they share: an item that
 * one person rated says as good as nothing of that person.
 */
export function severities(ratings: readonly ReviewerScore[]): Severities {
  const byReviewer = Map.groupBy(ratings, ({ reviewer }) => reviewer)
  const byItem = Map.groupBy(ratings, ({ item }) => item)
  const severity = new Map<string, number>()
  const itemEffects = new Map<string, number>()
  const of = (reviewer: string): number => severity.get(reviewer) ?? 0
  const itemEffect = ({ item }: ReviewerScore): number => itemEffects.get(item) ?? 0
  let mean = 0
  for (let round = 0, change = Number.POSITIVE_INFINITY; round < maxIterations && change > tolerance; round++) {
    mean = ratings.reduce((sum, one) => sum + one.score - itemEffect(one) + of(one.reviewer), 0) / ratings.length
    for (const [item, own] of byItem)
      itemEffects.set(
        item,
        shrunkMean(own, ({ score, reviewer }) => score - mean + of(reviewer), shrinkage.item),
      )
    change = 0
    for (const [reviewer, own] of byReviewer) {
      const fitted = shrunkMean(own, rating => mean + itemEffect(rating) - rating.score, shrinkage.reviewer)
      change = Math.max(change, Math.abs(fitted - of(reviewer)))
      severity.set(reviewer, fitted)
    }
  }
  return { of, reviewers: [...byReviewer.keys()] }
}

/** The mean of scores, each corrected by its reviewer's severity; null without any. */
export function correctedMean(
  ratings: readonly Omit<ReviewerScore, 'item'>[],
  { of }: Pick<Severities, 'of'>,
): number | null {
  if (ratings.length === 0) return null
  return ratings.reduce((sum, { score, reviewer }) => sum + score + of(reviewer), 0) / ratings.length
}

const shrunkMean = (own: readonly ReviewerScore[], effect: (rating: ReviewerScore) => number, more: number): number =>
  own.reduce((sum, rating) => sum + effect(rating), 0) / (own.length + more)
