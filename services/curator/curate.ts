import { canonicalJson, digest } from '#runtime/core/identity.ts'
import type { Decision } from '#runtime/service.ts'
import type { Budgets } from '#schemas/events.ts'
import { topic } from '#topology/topic-names.ts'
import type { Outbound } from '#topology/types.ts'
import type { CandidateRow } from './candidates.ts'
import { buildDataset, describeDrops } from './dataset.ts'
import { collectionNames, type DatasetCounts, type DatasetProgress, type ToolErrorCounts } from './state.ts'

/** While the trigger does not fire, every so many complete gold answers say why. */
const REPORT_WAITING_EVERY = 25

/** Of the agent's description. */
export type AgentConfig = { readonly budgets: Budgets; readonly tools: readonly string[] }

/** What there is to make a dataset of; read only when one is made. */
export type DatasetSources = {
  readonly candidates: () => readonly CandidateRow[]
  readonly errors: () => ReadonlyMap<string, ToolErrorCounts>
}

/** The trigger, and the dataset when it fires. Called with the progress after each newly completed gold answer. */
export function curate(
  agent: string,
  progress: DatasetProgress,
  { budgets, tools }: AgentConfig,
  material: DatasetSources,
): Decision<'curator'> {
  const since = `${progress.fresh} complete gold answers since version ${progress.version}`
  if (progress.fresh < budgets.newGoldForDataset)
    return waitingDecision(agent, progress, `${since}, ${budgets.newGoldForDataset} needed`)
  // A family that was ever trained on must not become an evaluation family, so the share only falls.
  const share = Math.min(progress.share, budgets.evaluationShare)
  const version = progress.version + 1
  const { dataset, evaluation, dropped } = buildDataset({
    agent,
    version,
    tools,
    candidates: material.candidates(),
    errors: material.errors(),
    evaluationShare: share,
    syntheticShare: budgets.syntheticShare,
  })
  if (dataset.rows.length === 0 || evaluation.rows.length === 0)
    return waitingDecision(
      agent,
      progress,
      `${dataset.rows.length} rows to train on and ${evaluation.rows.length} to evaluate on: neither may be 0`,
    )
  const newest: DatasetCounts = {
    trainingRows: dataset.rows.length,
    syntheticRows: dataset.rows.filter(row => row.synthetic).length,
    evaluationRows: evaluation.rows.length,
    families: new Set(evaluation.rows.map(row => row.family)).size,
    refusedLeaks: dropped.leaking,
  }
  const [training, frozen] = [canonicalJson(dataset), canonicalJson(evaluation)]
  const event = {
    agent,
    outcome: 'curated',
    reasons: [since, ...describeDrops(dropped)],
    version,
    dataset: digest(training),
    evaluation: digest(frozen),
    gold: progress.complete,
    ...newest,
  } as const
  return {
    objects: [Buffer.from(training), Buffer.from(frozen)],
    stateChanges: [
      {
        collection: collectionNames(agent).progress,
        key: agent,
        value: { ...progress, fresh: 0, version, share, newest },
      },
    ],
    emit: [{ topic: topic.datasets, event }],
  }
}

function waitingDecision(
  agent: string,
  { version, complete, newest }: DatasetProgress,
  why: string,
): Decision<'curator'> {
  if (complete % REPORT_WAITING_EVERY !== 0) return {}
  const event: Outbound<'curator'>['event'] = {
    agent,
    outcome: 'waiting',
    reasons: [why],
    version,
    dataset: null,
    evaluation: null,
    gold: complete,
    ...newest,
  }
  return { emit: [{ topic: topic.datasets, event }] }
}
