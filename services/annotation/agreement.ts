import type { Verdict } from '#schemas/events.ts'
import { type ConfusionCell, dawidSkene } from '#statistics/dawid-skene.ts'
import { krippendorffAlpha } from '#statistics/krippendorff-alpha.ts'
import { correctedMean, type ReviewerScore, severities } from '#statistics/rater-severity.ts'
import { type PartAgreement, partAgreement } from './argument-agreement.ts'
import { votesOf } from './consensus.ts'
import type { Overlap, Review } from './state.ts'

/** How far reviewers agree, from the items that more than one of them reviewed. */
export type Agreement = PartAgreement & {
  readonly items: number
  /** Krippendorff's alpha of the tools and of the verdicts, without reviews that could not tell. null where it is not defined. */
  readonly alpha: { readonly tool: number | null; readonly verdict: number | null }
  readonly reviewers: readonly {
    readonly reviewer: string
    readonly reviews: number
    /** Share of plans called wrong beyond what the others say of the same items; negative is lenient. */
    readonly severity: number
    /** Expected share of the named tools that are right, by the consensus. */
    readonly accuracy: number
    readonly confusion: readonly ConfusionCell[]
  }[]
}

export function agreementOf(overlaps: readonly Overlap[]): Agreement {
  const labelledVotes = overlaps.map(({ reviews, tools, adjudicated }) => ({
    votes: votesOf(reviews),
    truth: adjudicated ? tools : null,
  }))
  const { confusion, accuracy } = dawidSkene(labelledVotes)
  const severity = severitiesFrom(overlaps)
  const counts = new Map<string, number>()
  for (const { reviewer } of overlaps.flatMap(({ reviews }) => reviews))
    counts.set(reviewer, (counts.get(reviewer) ?? 0) + 1)
  return {
    items: overlaps.length,
    ...partAgreement(overlaps),
    alpha: {
      tool: krippendorffAlpha(labelledVotes.map(({ votes }) => votes.map(({ value }) => value))),
      verdict: krippendorffAlpha(
        overlaps.map(({ reviews }) => reviews.flatMap(({ verdict }) => (verdict === 'unclear' ? [] : verdict))),
      ),
    },
    reviewers: [...counts]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([reviewer, reviews]) => ({
        ...{ reviewer, reviews, severity: severity.of(reviewer), accuracy: accuracy(reviewer) },
        confusion: confusion(reviewer).toSorted((a, b) => b.count - a.count),
      })),
  }
}

/** The mean verdict of reviews, right 1 and wrong 0, corrected by severities; clamped to 0 to 1; null where no reviewer could tell. */
export function correctedScore(
  reviews: readonly Pick<Review, 'reviewer' | 'verdict'>[],
  history: readonly Overlap[],
): number | null {
  const score = correctedMean(ratingsOf('', reviews), severitiesFrom(history))
  return score === null ? null : Math.min(1, Math.max(0, score))
}

const severitiesFrom = (overlaps: readonly Overlap[]) =>
  severities(overlaps.flatMap(({ reviews }, at) => ratingsOf(String(at), reviews)))

const ratingsOf = (item: string, reviews: readonly Pick<Review, 'reviewer' | 'verdict'>[]): ReviewerScore[] =>
  reviews.flatMap(({ reviewer, verdict }) => {
    const score = verdictScores[verdict]
    return score === null ? [] : [{ item, reviewer, score }]
  })

const verdictScores: Readonly<Record<Verdict, number | null>> = { right: 1, wrong: 0, unclear: null }
