import { canonicalJson, digest } from '#runtime/core/identity.ts'
import type { Decision } from '#runtime/service.ts'
import type { Budgets } from '#schemas/events.ts'
import { topic } from '#topology/topic-names.ts'
import type { CandidateRow } from './candidates.ts'
import { buildDataset, describeDrops } from './dataset.ts'
import { collectionNames, type DatasetCounts, type DatasetProgress, type ToolErrorCounts } from './state.ts'

/** While there is not enough gold, every so many complete gold answers one event says why. */
const REPORT_WAITING_EVERY = 25

/** The most training rows of a dataset. */
const MAX_ROWS = 15_000

/** Of the agent's description; `tools` are names. */
export type AgentConfig = { readonly budgets: Budgets; readonly tools: readonly string[] }

/** What a dataset is made of. Functions, as it is read only when a dataset is built. */
export type DatasetSources = {
  readonly candidates: () => readonly CandidateRow[]
  readonly errors: () => ReadonlyMap<string, ToolErrorCounts>
}

/** Builds a dataset once there is enough new gold. Called with the progress after each newly completed gold answer. */
export function buildWhenEnough(
  agent: string,
  progress: DatasetProgress,
  { budgets, tools }: AgentConfig,
  sources: DatasetSources,
): Decision<'curator'> {
  const since = `${progress.fresh} complete gold answers since version ${progress.version}`
  if (progress.fresh < budgets.newGoldForDataset)
    return waitingDecision(agent, progress, `${since}, ${budgets.newGoldForDataset} needed`)
  // A family that was ever trained on must not become an evaluation family, so the share only falls.
  const share = Math.min(progress.share, budgets.evaluationShare)
  const version = progress.version + 1
  const candidates = sources.candidates()
  const { dataset, evaluation, dropped } = buildDataset({
    agent,
    version,
    tools,
    candidates,
    errors: sources.errors(),
    evaluationShare: share,
    syntheticShare: budgets.syntheticShare,
    maxRows: MAX_ROWS,
  })
  if (dataset.rows.length === 0 || evaluation.rows.length === 0)
    return waitingDecision(
      agent,
      progress,
      `${dataset.rows.length} training rows and ${evaluation.rows.length} evaluation rows: a dataset needs both`,
    )
  const counts: DatasetCounts = {
    trainingRows: dataset.rows.length,
    syntheticRows: dataset.rows.filter(row => row.synthetic).length,
    evaluationRows: evaluation.rows.length,
    families: new Set(evaluation.rows.map(row => row.family)).size,
    refusedLeaks: dropped.leaking,
  }
  const objects = { dataset: canonicalJson(dataset), evaluation: canonicalJson(evaluation) }
  const event = {
    agent,
    outcome: 'curated',
    reasons: [since, ...describeDrops(dropped)],
    version,
    dataset: digest(objects.dataset),
    evaluation: digest(objects.evaluation),
    gold: progress.complete,
    ...counts,
  } as const
  const after: DatasetProgress = { ...progress, fresh: 0, version, share, newest: counts }
  return {
    objects: [Buffer.from(objects.dataset), Buffer.from(objects.evaluation)],
    stateChanges: [{ collection: collectionNames(agent).progress, key: agent, value: after }],
    emit: [{ topic: topic.datasets, event, notBefore: newestGold(candidates) }],
  }
}

/** When the newest gold answer was given. */
const newestGold = (candidates: readonly CandidateRow[]): number =>
  candidates.reduce((newest, { at }) => Math.max(newest, at), 0)

function waitingDecision(
  agent: string,
  { version, complete, newest }: DatasetProgress,
  why: string,
): Decision<'curator'> {
  if (complete % REPORT_WAITING_EVERY !== 0) return {}
  const none = { dataset: null, evaluation: null }
  const event = { agent, outcome: 'waiting', reasons: [why], version, ...none, gold: complete, ...newest } as const
  return { emit: [{ topic: topic.datasets, event }] }
}
