import type { CandidateEvaluated } from '#schemas/events.ts'
import {
  holmCorrection,
  mcNemar,
  mcNemarOneSided,
  minimumDetectableDifference,
  pairedDifference,
  tangoInterval,
} from '#statistics/paired-tests.ts'

/** A candidate may be this much worse overall, in accuracy: the lower bound of the difference must lie above. */
export const MARGIN = 0.01
/** In a stratum with enough rows, a loss beyond this that is not chance refuses the candidate. */
export const STRATUM_MARGIN = 0.05
export const MIN_STRATUM_ROWS = 30
/** Chance, over all strata together, of refusing a candidate that is worse in none. */
const STRATUM_SIGNIFICANCE = 0.05
/** A candidate of equal quality is better when its median plan takes at most this share of the baseline's time. */
const MAX_LATENCY_RATIO = 0.5
/** Below this the intervals' theory does not hold: whatever they say is chance. */
export const MIN_EFFECTIVE_ROWS = 30

export type GateResult = {
  readonly promoted: boolean
  readonly difference: number
  readonly lower: number
  readonly upper: number
  /** Every test with its figures. */
  readonly reasons: readonly string[]
}

type GateTest = { readonly passed: boolean; readonly about: string }

/**
 * The gate: not worse overall, harmed in no stratum, and better on accuracy or latency. Evaluation rows were chosen
 * actively, so a difference on them as they are may be the opposite of the one in production: both must hold.
 */
export function applyGate(evaluation: CandidateEvaluated): GateResult {
  const { difference, lower, upper } = evaluation
  const unweighted = tangoInterval(evaluation)
  const span = `${formatSigned(difference)}, 95% interval ${formatSigned(lower)} to ${formatSigned(upper)}`
  const { candidateLatencyMs: ours, baselineLatencyMs: theirs } = evaluation
  const notWorse = gateTest(
    lower > -MARGIN && unweighted.lower > -MARGIN,
    'not worse overall',
    `lower bounds ${formatSigned(lower)} reweighted and ${formatSigned(unweighted.lower)} on the rows as they are, against ${formatSigned(-MARGIN)}`,
  )
  const strata = testStrata(evaluation)
  const better = gateTest(lower > 0, 'better on accuracy', `lower bound ${formatSigned(lower)} against 0`)
  const faster = gateTest(
    theirs > 0 && ours <= MAX_LATENCY_RATIO * theirs,
    'at most half the latency',
    `median ${ours.toPrecision(3)} ms against ${theirs.toPrecision(3)} ms`,
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
      ...[enough, notWorse, better, faster, ...strata].map(({ about }) => about),
      `McNemar's exact test: p = ${mcNemar(evaluation).toPrecision(3)}`,
      `this set shows a difference of ${minimumDetectableDifference(evaluation).toFixed(4)} or more with power .8`,
    ],
  }
}

/**
 * One test per stratum with enough rows: it fails where the loss is beyond the margin and not chance (McNemar, one-sided,
 * Holm-corrected). Asking each stratum to prove the opposite would refuse everything: 30 rows without one difference
 * have a lower bound of -.11.
 */
function testStrata({ strata }: CandidateEvaluated): readonly GateTest[] {
  const large = strata.filter(({ rows }) => rows >= MIN_STRATUM_ROWS)
  const chances = holmCorrection(large.map(stratum => mcNemarOneSided(stratum)))
  return large.map((stratum, at) => {
    const chance = chances[at] ?? 1
    const difference = pairedDifference(stratum)
    const harmed = difference < -STRATUM_MARGIN && chance <= STRATUM_SIGNIFICANCE
    const figures = `${formatSigned(difference)} on ${stratum.rows} rows, corrected p of harm = ${chance.toPrecision(3)}`
    return gateTest(!harmed, `not harmed in ${stratum.name}`, figures)
  })
}

function gateTest(passed: boolean, name: string, figures: string): GateTest {
  return { passed, about: `${passed ? 'yes' : 'no'}: ${name}: ${figures}` }
}

function formatSigned(value: number): string {
  return `${value < 0 ? '' : '+'}${value.toFixed(4)}`
}
