import type { Decision } from '#runtime/service.ts'
import type { StateView } from '#runtime/state/state.ts'
import type { GoldAnswered, SampleScored, SampleWidened } from '#schemas/events.ts'
import { messagesBefore } from '#schemas/turns.ts'
import { topic } from '#topology/topic-names.ts'
import type { Inbound } from '#topology/types.ts'
import { completeCandidates, isComplete } from './candidates.ts'
import { datasetFamily } from './families.ts'
import { questionOf } from './question.ts'
import {
  collectionNames,
  type DatasetProgress,
  initialProgress,
  type StoredGold,
  type StoredVariants,
  type ToolErrorCounts,
} from './state.ts'
import { type AgentConfig, buildWhenEnough } from './trigger.ts'

/** undefined for a score, which needs nothing of the agent. */
export type Facts = AgentConfig | undefined

export function decide(
  { topic: from, event }: Inbound<'curator'>,
  facts: Facts,
  state: StateView,
): Decision<'curator'> {
  if (from === topic.scoredSamples) return countGrade(event, state)
  if (facts === undefined) return {}
  return from === topic.goldAnswers ? onGold(event, facts, state) : onVariants(event, facts, state)
}

/** Grades against gold by a trusted judge are the error rate of each tool. */
function countGrade(event: SampleScored, state: StateView): Decision<'curator'> {
  if (event.source !== 'gold' || !event.trusted || event.goldTool === null || event.toolCorrect === null) return {}
  const { errors } = collectionNames(event.agent)
  const { graded, wrong } = state.get<ToolErrorCounts>(errors, event.goldTool) ?? { graded: 0, wrong: 0 }
  const value: ToolErrorCounts = { graded: graded + 1, wrong: wrong + (event.toolCorrect ? 0 : 1) }
  return { stateChanges: [{ collection: errors, key: event.goldTool, value }] }
}

function onGold(event: GoldAnswered, facts: AgentConfig, state: StateView): Decision<'curator'> {
  const { id: goldId, at, step, calls, answer, inclusionProbability, correction, plan, latencyMs } = event
  // Reviewers may take an agreed answer back.
  if (event.outcome !== 'agreed' || calls === null) return afterSampleChange(event, { gold: null }, facts, state)
  const messages = messagesBefore(event, step)
  const { family, stateChanges } = datasetFamily(event, questionOf({ messages }), state)
  const logged = { calls: plan.calls, planner: plan.planner, latencyMs }
  const right = answer === null ? { calls } : { calls, answer }
  const gold: StoredGold = { goldId, at, family, messages, ...right, inclusionProbability, logged, correction }
  const decision = afterSampleChange(event, { gold }, facts, state)
  return { ...decision, stateChanges: [...stateChanges, ...(decision.stateChanges ?? [])] }
}

function onVariants(event: SampleWidened, facts: AgentConfig, state: StateView): Decision<'curator'> {
  const accepted = event.variants.filter(({ fate }) => fate === 'accepted')
  const variants = accepted.map(({ variantId, question, calls }) => ({ id: variantId, question, calls }))
  return afterSampleChange(event, { variants: { goldId: event.goldId, variants } }, facts, state)
}

/** What arrived for a sample: its gold answer (null: taken back) or its variants. A sample is complete once it has both. */
type SampleChange = { readonly gold: StoredGold | null } | { readonly variants: StoredVariants }

function afterSampleChange(
  { agent, sampleId }: GoldAnswered | SampleWidened,
  change: SampleChange,
  facts: AgentConfig,
  state: StateView,
): Decision<'curator'> {
  const names = collectionNames(agent)
  const before = {
    gold: state.get<StoredGold>(names.gold, sampleId),
    variants: state.get<StoredVariants>(names.variants, sampleId),
  }
  const after = { ...before, ...change }
  const wasComplete = isComplete(before.gold, before.variants)
  const completed = isComplete(after.gold, after.variants)
  const isNew = completed && !(wasComplete && before.gold?.goldId === after.gold?.goldId)
  const counts = state.get<DatasetProgress>(names.progress, agent) ?? initialProgress
  const progress: DatasetProgress = {
    ...counts,
    complete: counts.complete + Number(completed) - Number(wasComplete),
    fresh: counts.fresh + Number(isNew),
  }
  const stateChanges = [
    'gold' in change
      ? { collection: names.gold, key: sampleId, value: change.gold }
      : { collection: names.variants, key: sampleId, value: change.variants },
    ...(wasComplete === completed && !isNew ? [] : [{ collection: names.progress, key: agent, value: progress }]),
  ]
  if (!isNew) return { stateChanges }
  const decision = buildWhenEnough(agent, progress, facts, {
    candidates: () =>
      completeCandidates(
        withEntry(state.entries<StoredGold>(names.gold), sampleId, after.gold),
        withEntry(state.entries<StoredVariants>(names.variants), sampleId, after.variants),
      ),
    errors: () => new Map(state.entries<ToolErrorCounts>(names.errors)),
  })
  return { ...decision, stateChanges: [...stateChanges, ...(decision.stateChanges ?? [])] }
}

/** The entries as this event leaves them: its change is not applied to the state yet. */
function withEntry<T>(
  entries: Iterable<readonly [string, T]>,
  key: string,
  value: T | null | undefined,
): ReadonlyMap<string, T> {
  const changed = new Map(entries)
  if (value !== null && value !== undefined) changed.set(key, value)
  return changed
}
