import type { CandidateEvaluated } from '#schemas/events.ts'
import { differenceInterval, differenceOf, harm, holm, mcNemar, smallestShown } from '#statistics/paired-tests.ts'

/** A candidate may be this much worse overall, in accuracy: the lower bound of the difference must lie above. */
export const MARGIN = 0.01
/** In a stratum with enough rows, a loss beyond this that is not chance refuses the candidate. */
export const STRATUM_MARGIN = 0.05
export const STRATUM_ROWS = 30
/** Chance, over all strata together, of refusing a candidate that is worse in none. */
const STRATUM_LEVEL = 0.05
/** A candidate of equal quality is better when its median plan takes at most this share of the baseline's time. */
const FAST = 0.5
/** Below this the intervals' theory does not hold: whatever they say is chance. */
export const FEWEST_EFFECTIVE_ROWS = 30

export type Verdict = {
  readonly promoted: boolean
  readonly difference: number
  readonly lower: number
  readonly upper: number
  /** Every test with its figures. */
  readonly reasons: readonly string[]
}

type Test = { readonly passed: boolean; readonly about: string }

/**
 * The gate: not worse overall, harmed in no stratum, and better on accuracy or latency. Evaluation rows were chosen
 * actively, so a difference on them as they are may be the opposite of the one in production: both must hold.
 */
export function judge(evaluation: CandidateEvaluated): Verdict {
  const { difference, lower, upper } = evaluation
  const unweighted = differenceInterval(evaluation)
  const span = `${signed(difference)}, 95% interval ${signed(lower)} to ${signed(upper)}`
  const { candidateLatencyMs: ours, baselineLatencyMs: theirs } = evaluation
  const notWorse = test(
    lower > -MARGIN && unweighted.lower > -MARGIN,
    'not worse overall',
    `lower bounds ${signed(lower)} reweighted and ${signed(unweighted.lower)} on the rows as they are, against ${signed(-MARGIN)}`,
  )
  const strata = strataTests(evaluation)
  const better = test(lower > 0, 'better on accuracy', `lower bound ${signed(lower)} against 0`)
  const faster = test(
    theirs > 0 && ours <= FAST * theirs,
    'at most half the latency',
    `median ${ours.toPrecision(3)} ms against ${theirs.toPrecision(3)} ms`,
  )
  const enough = test(
    evaluation.effectiveRows >= FEWEST_EFFECTIVE_ROWS,
    'enough evidence',
    `${evaluation.effectiveRows.toFixed(0)} effective rows against ${FEWEST_EFFECTIVE_ROWS}`,
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
      `this set shows a difference of ${smallestShown(evaluation).toFixed(4)} or more with power .8`,
    ],
  }
}

/**
 * One test per stratum with enough rows: it fails where the loss is beyond the margin and not chance (McNemar, one-sided,
 * Holm-corrected). Asking each stratum to prove the opposite would refuse everything: 30 rows without one difference
 * have a lower bound of -.11.
 */
function strataTests({ strata }: CandidateEvaluated): readonly Test[] {
  const large = strata.filter(({ rows }) => rows >= STRATUM_ROWS)
  const chances = holm(large.map(stratum => harm(stratum)))
  return large.map((stratum, at) => {
    const chance = chances[at] ?? 1
    const difference = differenceOf(stratum)
    const harmed = difference < -STRATUM_MARGIN && chance <= STRATUM_LEVEL
    const figures = `${signed(difference)} on ${stratum.rows} rows, corrected p of harm = ${chance.toPrecision(3)}`
    return test(!harmed, `not harmed in ${stratum.name}`, figures)
  })
}

function test(passed: boolean, name: string, figures: string): Test {
  return { passed, about: `${passed ? 'yes' : 'no'}: ${name}: ${figures}` }
}

function signed(value: number): string {
  return `${value < 0 ? '' : '+'}${value.toFixed(4)}`
}
