import type { Decision } from '#runtime/service.ts'
import type { StateChange, StateView } from '#runtime/state/state.ts'
import type { GoldAnswered, SampleScored, SampleWidened } from '#schemas/events.ts'
import { topic } from '#topology/topic-names.ts'
import type { Inbound } from '#topology/types.ts'
import { completeCandidates, isComplete } from './candidates.ts'
import { type AgentConfig, curate } from './curate.ts'
import {
  collectionNames,
  type DatasetProgress,
  initialProgress,
  type StoredGold,
  type StoredVariants,
  type ToolErrorCounts,
} from './state.ts'

/** undefined where the event needs none. */
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

/** Gold grades of a trusted judge say where the planner errs. */
function countGrade(event: SampleScored, state: StateView): Decision<'curator'> {
  if (event.source !== 'gold' || !event.trusted || event.goldTool === null || event.toolCorrect === null) return {}
  const { errors } = collectionNames(event.agent)
  const { graded, wrong } = state.get<ToolErrorCounts>(errors, event.goldTool) ?? { graded: 0, wrong: 0 }
  const value: ToolErrorCounts = { graded: graded + 1, wrong: wrong + (event.toolCorrect ? 0 : 1) }
  return { stateChanges: [{ collection: errors, key: event.goldTool, value }] }
}

function onGold(event: GoldAnswered, facts: AgentConfig, state: StateView): Decision<'curator'> {
  const { id: goldId, at, family, question, earlier, tool, argument, inclusionProbability } = event
  const agreed = event.outcome === 'agreed' && tool !== null
  const gold = agreed
    ? { goldId, at, family, question, earlier, tool, argument: argument ?? question, inclusionProbability }
    : undefined
  return applySampleChange(event, { gold: gold ?? null }, facts, state)
}

function onVariants(event: SampleWidened, facts: AgentConfig, state: StateView): Decision<'curator'> {
  const accepted = event.variants.filter(({ fate }) => fate === 'accepted')
  const variants = accepted.map(({ variantId, question, argument }) => ({ id: variantId, question, argument }))
  return applySampleChange(event, { variants: { goldId: event.goldId, variants } }, facts, state)
}

/** One half of a sample changed: gold answer (null takes it back) or variants. */
type SampleChange = { readonly gold: StoredGold | null } | { readonly variants: StoredVariants }

function applySampleChange(
  { agent, sampleId }: GoldAnswered | SampleWidened,
  half: SampleChange,
  facts: AgentConfig,
  state: StateView,
): Decision<'curator'> {
  const names = collectionNames(agent)
  const known = {
    gold: state.get<StoredGold>(names.gold, sampleId),
    variants: state.get<StoredVariants>(names.variants, sampleId),
  }
  const now = { ...known, ...half }
  const change: StateChange =
    'gold' in half
      ? { collection: names.gold, key: sampleId, value: half.gold }
      : { collection: names.variants, key: sampleId, value: half.variants }
  const was = isComplete(known.gold, known.variants)
  const is = isComplete(now.gold, now.variants)
  const fresh = is && !(was && known.gold?.goldId === now.gold?.goldId)
  const before = state.get<DatasetProgress>(names.progress, agent) ?? initialProgress
  const progress: DatasetProgress = {
    ...before,
    complete: before.complete + Number(is) - Number(was),
    fresh: before.fresh + Number(fresh),
  }
  const stateChanges = [
    change,
    ...(was === is && !fresh ? [] : [{ collection: names.progress, key: agent, value: progress }]),
  ]
  if (!fresh) return { stateChanges }
  const decision = curate(agent, progress, facts, {
    candidates: () =>
      completeCandidates(
        withChange(state.entries<StoredGold>(names.gold), sampleId, now.gold),
        withChange(state.entries<StoredVariants>(names.variants), sampleId, now.variants),
      ),
    errors: () => new Map(state.entries<ToolErrorCounts>(names.errors)),
  })
  return { ...decision, stateChanges: [...stateChanges, ...(decision.stateChanges ?? [])] }
}

/** The entries as they will be: the state does not have this event's change yet. */
function withChange<T>(
  entries: Iterable<readonly [string, T]>,
  key: string,
  value: T | null | undefined,
): Map<string, T> {
  const changed = new Map(entries)
  if (value !== null && value !== undefined) changed.set(key, value)
  return changed
}
