import type { CandidateEvaluated } from '#schemas/events.ts'
import { applyGate, type Comparison, type GateResult, type Margins, MIN_EFFECTIVE_ROWS } from './gate.ts'

/** What a candidate must be better than. */
type Baseline = {
  readonly name: 'the agent in production' | 'the released planner' | 'the untuned planner'
  readonly candidateAccuracy: number
  readonly accuracy: number
  readonly comparison: Comparison
}

/** `difference` and its interval are those against the baseline with the smallest lower end; `accuracy` is that of what is in production. */
export type Verdict = GateResult & { readonly accuracy: number }

/** A candidate passes when it passes the gate against every baseline, and there is one. */
export function judgeCandidate(event: CandidateEvaluated, isReleased: boolean, margins: Margins): Verdict {
  const { baselines, refused } = baselinesOf(event, isReleased)
  const results = baselines.map(baseline => ({ baseline, gate: applyGate(baseline.comparison, margins) }))
  const { difference, lower, upper } = results
    .map(({ gate }) => gate)
    .reduce<Pick<GateResult, 'difference' | 'lower' | 'upper'>>(
      (least, gate) => (gate.lower < least.lower ? gate : least),
      results[0]?.gate ?? event,
    )
  const inProduction = isReleased ? undefined : baselines[0]
  return {
    ...{ difference, lower, upper },
    promoted: results.length > 0 && results.every(({ gate }) => gate.promoted),
    reasons: [
      ...refused,
      ...results.flatMap(({ baseline, gate }) => [
        `${gate.promoted ? 'yes' : 'no'}: against ${baseline.name}: accuracy ${baseline.candidateAccuracy.toFixed(4)} against ${baseline.accuracy.toFixed(4)}`,
        ...gate.reasons,
      ]),
    ],
    accuracy: inProduction?.accuracy ?? event.baselineAccuracy,
  }
}

/**
 * The baselines of a candidate, and why others are none:
 * - the agent's own planner, as logged, where it planned enough rows;
 * - the released planner, run again; before the first release the untuned one, but only where the gateway answered enough rows with
 *   it. A catalogue's planner that nobody used is no evidence of what production does.
 */
function baselinesOf(
  event: CandidateEvaluated,
  isReleased: boolean,
): { readonly baselines: readonly Baseline[]; readonly refused: readonly string[] } {
  const { production, servedEffectiveRows, candidateLatencyMs } = event
  const baselines: Baseline[] = []
  const refused: string[] = []
  if (production !== null && production.effectiveRows >= MIN_EFFECTIVE_ROWS) {
    const comparison = { ...production, candidateLatencyMs, baselineLatencyMs: production.latencyMs }
    const { accuracy, candidateAccuracy } = production
    baselines.push({ name: 'the agent in production', candidateAccuracy, accuracy, comparison })
  } else if (production !== null)
    refused.push(tooFew('the agent in production', 'it planned', production.effectiveRows))
  const again = { candidateAccuracy: event.candidateAccuracy, accuracy: event.baselineAccuracy, comparison: event }
  if (isReleased) baselines.push({ name: 'the released planner', ...again })
  else if (servedEffectiveRows >= MIN_EFFECTIVE_ROWS) baselines.push({ name: 'the untuned planner', ...again })
  else refused.push(tooFew('the untuned planner', 'the gateway answered', servedEffectiveRows))
  return { baselines, refused }
}

const tooFew = (name: string, what: string, rows: number): string =>
  `${name} is no baseline: ${what} ${rows.toFixed(0)} effective rows, ${MIN_EFFECTIVE_ROWS} needed`
