/** What was named for one item, each by another reviewer; `truth` where it is known. */
export type ItemVotes = {
  readonly votes: readonly { readonly reviewer: string; readonly value: string }[]
  readonly truth?: string | null
}

export type DawidSkeneResult = {
  /** For each item, in order: the probability of each value that somebody named for it, likeliest first. */
  readonly items: readonly (readonly (readonly [value: string, probability: number])[])[]
  /** How often a reviewer is expected to have said `said` where `truth` is true. */
  readonly confusion: (reviewer: string) => readonly ConfusionCell[]
  /** The share of a reviewer's votes that are expected to be true, shrunk towards `trust`. */
  readonly accuracy: (reviewer: string) => number
}
export type ConfusionCell = { readonly truth: string; readonly said: string; readonly count: number }

/** Prior of a reviewer's accuracy: four of five votes are true. It weighs as much as five votes. */
const accuracyPrior = { share: 0.8, votes: 5 }
/** Prior of a row of a reviewer's confusion: the reviewer's overall accuracy. It weighs as much as so many votes for each value. */
const rowPriorVotes = 2
const maxIterations = 100
/** Largest change of a probability at which the iteration ends; estimates of reviewers are less precise than this. */
const tolerance = 1e-3

/**
 * Consensus by expectation and maximisation over true values and each reviewer's confusion (Dawid and Skene, Applied Statistics 28,
 * 1979), each item judged by what the others tell of its reviewers. With many values the rows of a confusion are thin, so each is shrunk towards the reviewer's own accuracy with errors
 * spread evenly, and that towards `trust`. Only what somebody named can be true.
 */
export function dawidSkene(items: readonly ItemVotes[]): DawidSkeneResult {
  const values = new Set(
    items.flatMap(({ votes, truth }) => [...votes.map(({ value }) => value), ...(truth ? [truth] : [])]),
  )
  let posteriors = items.map(initialPosterior)
  let reviewers = estimateReviewers(items, posteriors)
  for (let round = 0, change = Number.POSITIVE_INFINITY; round < maxIterations && change > tolerance; round++) {
    const prior = priorOf(posteriors, values.size)
    const next = items.map((item, at) =>
      updatePosterior(item, posteriors[at] ?? new Map(), prior, reviewers, values.size),
    )
    change = Math.max(0, ...next.map((belief, at) => maxDifference(belief, posteriors[at] ?? belief)))
    posteriors = next
    reviewers = estimateReviewers(items, posteriors)
  }
  return {
    items: posteriors.map(belief => [...belief].sort(([, a], [, b]) => b - a)),
    confusion: reviewer => reviewers.get(reviewer)?.cells() ?? [],
    accuracy: reviewer => (reviewers.get(reviewer) ?? new ReviewerModel()).accuracy(),
  }
}

type Posterior = ReadonlyMap<string, number>

/** The shares of the votes. */
function initialPosterior({ votes, truth }: ItemVotes): Posterior {
  if (truth) return new Map([[truth, 1]])
  const belief = new Map<string, number>()
  for (const { value } of votes) belief.set(value, (belief.get(value) ?? 0) + 1 / votes.length)
  return belief
}

function updatePosterior(
  { votes, truth }: ItemVotes,
  before: Posterior,
  prior: (value: string) => number,
  reviewers: ReadonlyMap<string, ReviewerModel>,
  size: number,
): Posterior {
  if (truth) return before
  const logs = Array.from(before.keys(), value => {
    const evidence = votes.map(vote =>
      Math.log(reviewers.get(vote.reviewer)?.probability(value, vote.value, size, before) ?? 1),
    )
    return [value, evidence.reduce((sum, one) => sum + one, Math.log(prior(value)))] as const
  })
  const most = Math.max(...logs.map(([, log]) => log))
  const total = logs.reduce((sum, [, log]) => sum + Math.exp(log - most), 0)
  return new Map(logs.map(([value, log]) => [value, Math.exp(log - most) / total]))
}

function priorOf(beliefs: readonly Posterior[], size: number): (value: string) => number {
  const totals = new Map<string, number>()
  for (const belief of beliefs) for (const [value, p] of belief) totals.set(value, (totals.get(value) ?? 0) + p)
  return value => ((totals.get(value) ?? 0) + 1) / (beliefs.length + size)
}

/** What is expected of one reviewer: truth to said to how often. */
class ReviewerModel {
  readonly #rows = new Map<string, { total: number; readonly said: Map<string, number> }>()
  #votes = 0
  #true = 0

  add(truth: string, said: string, probability: number): void {
    const row = this.#rows.get(truth) ?? { total: 0, said: new Map<string, number>() }
    this.#rows.set(truth, row)
    row.total += probability
    row.said.set(said, (row.said.get(said) ?? 0) + probability)
    this.#votes += probability
    if (truth === said) this.#true += probability
  }

  accuracy(): number {
    return (this.#true + accuracyPrior.share * accuracyPrior.votes) / (this.#votes + accuracyPrior.votes)
  }

  /**
   * Probability that the reviewer says `said`, one of `size` values, where `truth` is true, from all other items. `own` is the
   * posterior of this item: it is subtracted, so that an item is no evidence for itself.
   */
  probability(truth: string, said: string, size: number, own: Posterior): number {
    const row = this.#rows.get(truth)
    const self = own.get(truth) ?? 0
    const accuracy =
      (this.#true - (own.get(said) ?? 0) + accuracyPrior.share * accuracyPrior.votes) /
      (this.#votes - 1 + accuracyPrior.votes)
    const usual = truth === said ? accuracy : (1 - accuracy) / Math.max(1, size - 1)
    const weight = rowPriorVotes * size
    return ((row?.said.get(said) ?? 0) - self + weight * usual) / ((row?.total ?? 0) - self + weight)
  }

  cells(): ConfusionCell[] {
    return [...this.#rows].flatMap(([truth, { said }]) =>
      Array.from(said, ([value, count]) => ({ truth, said: value, count })),
    )
  }
}

function estimateReviewers(items: readonly ItemVotes[], beliefs: readonly Posterior[]): Map<string, ReviewerModel> {
  const reviewers = new Map<string, ReviewerModel>()
  for (const [at, { votes }] of items.entries())
    for (const { reviewer, value } of votes) {
      const learnt = reviewers.get(reviewer) ?? new ReviewerModel()
      reviewers.set(reviewer, learnt)
      for (const [truth, probability] of beliefs[at] ?? []) learnt.add(truth, value, probability)
    }
  return reviewers
}

const maxDifference = (a: Posterior, b: Posterior): number => {
  let most = 0
  for (const [value, p] of a) most = Math.max(most, Math.abs(p - (b.get(value) ?? 0)))
  return most
}
