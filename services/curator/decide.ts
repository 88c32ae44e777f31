import type { Decision } from '#runtime/service.ts'
import type { Change, StateView } from '#runtime/state/state.ts'
import type { GoldAnswered, SampleScored, SampleWidened } from '#schemas/events.ts'
import { topic } from '#topology/names.ts'
import type { Inbound } from '#topology/types.ts'
import { candidatesOf, isComplete } from './candidates.ts'
import { type Catalogue, curate } from './curate.ts'
import { collectionsOf, type KeptErrors, type KeptGold, type KeptVariants, type Progress, start } from './state.ts'

/** undefined where the event needs none. */
export type Facts = Catalogue | undefined

export function decide(
  { topic: from, event }: Inbound<'curator'>,
  facts: Facts,
  state: StateView,
): Decision<'curator'> {
  if (from === topic.scoredSamples) return countError(event, state)
  if (facts === undefined) return {}
  return from === topic.goldAnswers ? keepGold(event, facts, state) : keepVariants(event, facts, state)
}

/** Gold grades of a trusted judge say where the planner errs. */
function countError(event: SampleScored, state: StateView): Decision<'curator'> {
  if (event.source !== 'gold' || !event.trusted || event.goldTool === null || event.toolCorrect === null) return {}
  const { errors } = collectionsOf(event.agent)
  const { graded, wrong } = state.get<KeptErrors>(errors, event.goldTool) ?? { graded: 0, wrong: 0 }
  const value: KeptErrors = { graded: graded + 1, wrong: wrong + (event.toolCorrect ? 0 : 1) }
  return { keep: [{ collection: errors, key: event.goldTool, value }] }
}

function keepGold(event: GoldAnswered, facts: Catalogue, state: StateView): Decision<'curator'> {
  const { id: goldId, at, family, question, earlier, tool, argument, inclusionProbability } = event
  const agreed = event.outcome === 'agreed' && tool !== null
  const gold = agreed
    ? { goldId, at, family, question, earlier, tool, argument: argument ?? question, inclusionProbability }
    : undefined
  return advance(event, { gold: gold ?? null }, facts, state)
}

function keepVariants(event: SampleWidened, facts: Catalogue, state: StateView): Decision<'curator'> {
  const accepted = event.variants.filter(({ fate }) => fate === 'accepted')
  const variants = accepted.map(({ variantId, question, argument }) => ({ id: variantId, question, argument }))
  return advance(event, { variants: { goldId: event.goldId, variants } }, facts, state)
}

/** One half of a sample changed: gold answer (null takes it back) or variants. */
type Half = { readonly gold: KeptGold | null } | { readonly variants: KeptVariants }

function advance(
  { agent, sampleId }: GoldAnswered | SampleWidened,
  half: Half,
  facts: Catalogue,
  state: StateView,
): Decision<'curator'> {
  const names = collectionsOf(agent)
  const known = {
    gold: state.get<KeptGold>(names.gold, sampleId),
    variants: state.get<KeptVariants>(names.variants, sampleId),
  }
  const now = { ...known, ...half }
  const change: Change =
    'gold' in half
      ? { collection: names.gold, key: sampleId, value: half.gold }
      : { collection: names.variants, key: sampleId, value: half.variants }
  const was = isComplete(known.gold, known.variants)
  const is = isComplete(now.gold, now.variants)
  const fresh = is && !(was && known.gold?.goldId === now.gold?.goldId)
  const before = state.get<Progress>(names.progress, agent) ?? start
  const progress: Progress = {
    ...before,
    complete: before.complete + Number(is) - Number(was),
    fresh: before.fresh + Number(fresh),
  }
  const keep = [change, ...(was === is && !fresh ? [] : [{ collection: names.progress, key: agent, value: progress }])]
  if (!fresh) return { keep }
  const decision = curate(agent, progress, facts, {
    candidates: () =>
      candidatesOf(
        withChange(state.entries<KeptGold>(names.gold), sampleId, now.gold),
        withChange(state.entries<KeptVariants>(names.variants), sampleId, now.variants),
      ),
    errors: () => new Map(state.entries<KeptErrors>(names.errors)),
  })
  return { ...decision, keep: [...keep, ...(decision.keep ?? [])] }
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
