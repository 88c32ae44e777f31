import type { CandidateEvaluated, ReleaseDecided, RollbackRequested, Stratum } from '#schemas/events.ts'
import { pairedDifference, tangoInterval } from '#statistics/paired-tests.ts'
import { mulberry32 } from '#statistics/random.ts'

/** The margins of an agent that names none. */
export const margins = { margin: 0.01, stratumMargin: 0.05 }

/** Unless said otherwise the rows are a plain sample: reweighting them changes nothing. */
export function evaluated(over: Partial<CandidateEvaluated> = {}): CandidateEvaluated {
  const pairs = { gained: 100, lost: 50, rows: 1000, ...over }
  return {
    effectiveRows: pairs.rows,
    difference: pairedDifference(pairs),
    ...tangoInterval(pairs),
    id: 'evaluation-1',
    parents: [],
    at: 1000,
    agent: 'desk',
    requestId: 'request-1',
    datasetVersion: 1,
    rung: 'prompt',
    evaluation: 'e'.repeat(64),
    candidate: 'candidate',
    baseline: 'base',
    rows: 1000,
    candidateAccuracy: 0.75,
    baselineAccuracy: 0.7,
    candidateMacroF1: 0.7,
    baselineMacroF1: 0.7,
    gained: 100,
    lost: 50,
    candidateLatencyMs: 1,
    baselineLatencyMs: 1,
    strata: [],
    servedEffectiveRows: pairs.rows,
    production: null,
    results: 'r'.repeat(64),
    ...over,
  }
}

/** Rows spread over strata, each gained or lost with these probabilities. */
export function simulated(seed: number, { rows = 1000, strata = 28, gain = 0.05, loss = 0.05, latency = 1 } = {}) {
  const random = mulberry32(seed)
  const counted: Stratum[] = Array.from({ length: strata }, (_, at) => {
    const size = Math.floor(rows / strata) + Number(at < rows % strata)
    const draws = Array.from({ length: size }, random)
    const gained = draws.filter(draw => draw < gain).length
    const lost = draws.filter(draw => draw >= 1 - loss).length
    return { name: `tool-${at}`, rows: size, gained, lost }
  })
  const sum = (field: 'gained' | 'lost') => counted.reduce((total, stratum) => total + stratum[field], 0)
  return evaluated({ rows, gained: sum('gained'), lost: sum('lost'), strata: counted, candidateLatencyMs: latency })
}

/** Asks for what the promotion of `evaluated()` released. */
export function rollbackRequested(over: Partial<RollbackRequested> = {}): RollbackRequested {
  return {
    ...{ id: 'rollback-1', parents: ['release-1'], at: 5000, agent: 'desk', requestedBy: 'ops', why: 'complaints' },
    ...{
      planner: 'candidate',
      rung: 'prompt',
      datasetVersion: 1,
      evaluationId: 'evaluation-1',
      requestId: 'request-1',
    },
    ...{ accuracy: 0.75, difference: 0.05, lower: 0.02, upper: 0.08 },
    ...over,
  }
}

/** The promotion of planner `p1` by evaluation `e1`, for number 1. */
export function promotion(number: number, over: Partial<ReleaseDecided> = {}): ReleaseDecided {
  return {
    ...{ id: `r${number}`, parents: [`e${number}`], at: 1000 * number, agent: 'desk', outcome: 'promoted' },
    ...{ planner: `p${number}`, candidate: `p${number}`, previous: null, rung: 'prompt', datasetVersion: number },
    ...{ evaluationId: `e${number}`, requestId: `q${number}`, reasons: [], accuracy: 0.7 + number / 100 },
    ...{ difference: 0.05, lower: 0.02, upper: 0.08 },
    ...over,
  }
}
