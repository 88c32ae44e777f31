import { canonicalJson, digest } from '#runtime/core/identity.ts'
import type { Decision } from '#runtime/service.ts'
import type { Rung } from '#schemas/events.ts'
import { macroF1 } from '#statistics/f1.ts'
import { topic } from '#topology/topic-names.ts'
import type { Inbound } from '#topology/types.ts'
import { compareWeighted, countPairs, pairsByTool } from './metrics.ts'
import type { PairedRun } from './paired-run.ts'
import { compareProduction } from './production.ts'

const rungByTopic = {
  [topic.tunedPrompts]: 'prompt',
  [topic.goldenTrajectories]: 'trajectory',
  [topic.trainedModels]: 'lora',
} as const satisfies Record<Inbound<'evaluator'>['topic'], Rung>

/** States what both planners, and production, did on the same rows. The promoter decides whether that is enough. */
export function decide({ topic: from, event }: Inbound<'evaluator'>, run: PairedRun): Decision<'evaluator'> {
  const { results, candidateLatencyMs, baselineLatencyMs } = run
  const { agent, requestId, datasetVersion, evaluation, candidate, baseline } = event
  const ours = results.rows.map(({ tool, candidateTool }) => ({ truth: tool, predicted: candidateTool }))
  const theirs = results.rows.map(({ tool, baselineTool }) => ({ truth: tool, predicted: baselineTool }))
  const object = Buffer.from(canonicalJson(results))
  return {
    objects: [object],
    emit: [
      {
        topic: topic.evaluations,
        event: {
          agent,
          requestId,
          datasetVersion,
          rung: rungByTopic[from],
          evaluation,
          candidate,
          baseline,
          rows: results.rows.length,
          ...compareWeighted(results.rows),
          candidateMacroF1: macroF1(ours) ?? 0,
          baselineMacroF1: macroF1(theirs) ?? 0,
          ...countPairs(results.rows),
          candidateLatencyMs,
          baselineLatencyMs,
          strata: pairsByTool(results.rows),
          ...compareProduction(results.rows),
          results: digest(object),
        },
      },
    ],
  }
}
