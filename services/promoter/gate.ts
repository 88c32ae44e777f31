import { at } from '#runtime/core/checked.ts'
import type { Stratum, Targets } from '#schemas/events.ts'
import {
  holmCorrection,
  mcNemar,
  mcNemarOneSided,
  minimumDetectableDifference,
  type PairCounts,
  pairedDifference,
  tangoInterval,
} from '#statistics/paired-tests.ts'

/** Strata with fewer rows are not tested. */
const MIN_STRATUM_ROWS = 30
/** Probability, over all strata together, of rejecting a candidate that is worse in none. */
const STRATUM_SIGNIFICANCE = 0.05
/** A candidate of equal quality counts as better when its median latency is at most this share of the baseline's. */
const MAX_LATENCY_RATIO = 0.5
/** With fewer effective rows the normal approximation behind the intervals does not hold. */
export const MIN_EFFECTIVE_ROWS = 30

/**
 * Non-inferiority margins, as differences of accuracies. `margin`: the lower bound of the difference must lie above minus this.
 * `stratumMargin`: a significant loss beyond this in one stratum rejects the candidate.
 */
export type Margins = Pick<Targets, 'margin' | 'stratumMargin'>

/** Paired rows of the candidate and one baseline, see `CandidateEvaluated`. */
export type Comparison = PairCounts & {
  readonly effectiveRows: number
  readonly difference: number
  readonly lower: number
  readonly upper: number
  readonly strata: readonly Stratum[]
  readonly candidateLatencyMs: number
  /** null where it is not known. */
  readonly baselineLatencyMs: number | null
}

export type GateResult = {
  readonly promoted: boolean
  readonly difference: number
  readonly lower: number
  readonly upper: number
  /** Every test with its figures. */
  readonly reasons: readonly string[]
}

/** `reason` says whether the test passed, its name and its figures. */
type GateTest = { readonly passed: boolean; readonly reason: string }

/**
 * The gate: not worse overall, harmed in no stratum, and better on accuracy or latency. Evaluation rows were sampled actively, so
 * the unweighted difference may have the opposite sign of the one in production: the margin must hold for both.
 */
export function applyGate(evaluation: Comparison, { margin, stratumMargin }: Margins): GateResult {
  const { difference, lower, upper } = evaluation
  const unweighted = tangoInterval(evaluation)
  const span = `${formatSigned(difference)}, 95% interval ${formatSigned(lower)} to ${formatSigned(upper)}`
  const { candidateLatencyMs, baselineLatencyMs } = evaluation
  const notWorse = gateTest(
    lower > -margin && unweighted.lower > -margin,
    'not worse overall',
    `lower bounds ${formatSigned(lower)} reweighted and ${formatSigned(unweighted.lower)} on the rows as they are, against ${formatSigned(-margin)}`,
  )
  const strata = testStrata(evaluation, stratumMargin)
  const better = gateTest(lower > 0, 'better on accuracy', `lower bound ${formatSigned(lower)} against 0`)
  const faster = gateTest(
    baselineLatencyMs !== null && baselineLatencyMs > 0 && candidateLatencyMs <= MAX_LATENCY_RATIO * baselineLatencyMs,
    'at most half the latency',
    `median ${candidateLatencyMs.toPrecision(3)} ms against ${baselineLatencyMs === null ? 'a latency that is not logged' : `${baselineLatencyMs.toPrecision(3)} ms`}`,
  )
  const enough = gateTest(
    evaluation.effectiveRows >= MIN_EFFECTIVE_ROWS,
    'enough evidence',
    `${evaluation.effectiveRows.toFixed(0)} effective rows against ${MIN_EFFECTIVE_ROWS}`,
  )
  const promoted =
    enough.passed && notWorse.passed && strata.every(({ passed }) => passed) && (better.passed || faster.passed)
  return {
    promoted,
    difference,
    lower,
    upper,
    reasons: [
      `difference in production ${span}, from ${evaluation.rows} paired rows: ${evaluation.gained} gained, ${evaluation.lost} lost`,
      ...[enough, notWorse, better, faster, ...strata].map(({ reason }) => reason),
      `McNemar's exact test: p = ${mcNemar(evaluation).toPrecision(3)}`,
      `this set shows a difference of ${minimumDetectableDifference(evaluation).toFixed(4)} or more with power .8`,
    ],
  }
}

/**
 * One test per stratum with enough rows. It fails where the loss exceeds the margin and is significant (McNemar, one-sided,
 * Holm-corrected). A test of non-inferiority in each stratum would reject everything: 30 rows without a single difference have a
 * lower bound of -.11.
 */
function testStrata({ strata }: Comparison, stratumMargin: number): readonly GateTest[] {
  const large = strata.filter(({ rows }) => rows >= MIN_STRATUM_ROWS)
  const pValues = holmCorrection(large.map(mcNemarOneSided))
  return large.map((stratum, index) => {
    const p = at(pValues, index)
    const difference = pairedDifference(stratum)
    const harmed = difference < -stratumMargin && p <= STRATUM_SIGNIFICANCE
    const figures = `${formatSigned(difference)} on ${stratum.rows} rows, corrected p of harm = ${p.toPrecision(3)}`
    return gateTest(!harmed, `not harmed in ${stratum.name}`, figures)
  })
}

function gateTest(passed: boolean, name: string, figures: string): GateTest {
  return { passed, reason: `${passed ? 'yes' : 'no'}: ${name}: ${figures}` }
}

function formatSigned(value: number): string {
  return `${value < 0 ? '' : '+'}${value.toFixed(4)}`
}
