import { deriveId, seedOf } from '#runtime/core/identity.ts'
import type { Decision } from '#runtime/service.ts'
import { boundedChanges } from '#runtime/state/bounded-collection.ts'
import type { StateView } from '#runtime/state/state.ts'
import type { GoldAnswered, Tool, Variant } from '#schemas/events.ts'
import { mulberry32 } from '#statistics/random.ts'
import { createNearestTool } from '#text/nearest-tool.ts'
import { queryArgument } from '#text/query-argument.ts'
import { type QuestionInContext, questionVector } from '#text/question-vector.ts'
import { topic } from '#topology/topic-names.ts'
import type { Inbound } from '#topology/types.ts'
import { decideFate, exceedsSyntheticShare, keepsSlotValues } from './acceptance.ts'
import { attemptsFor, createDrafts, maxQuestionWords, type VariantAttempt } from './drafts.ts'
import { createNeighbourhood } from './neighbourhood.ts'
import type { Draft } from './operators.ts'
import { rememberValues, replacementValues } from './slot-values.ts'
import { type Slot, slotsOf } from './slots.ts'
import { collectionNames, type GoldQuestion, limits, type RowCounts } from './state.ts'
import { splitWords } from './words.ts'

export const version = 'self-play/v1'

/** Share of the nearest gold's vote in the check that a variant keeps its label. */
const voteWeight = 0.5

/** `tools` is the catalogue; `syntheticShare` the largest share of a tool's rows that may be synthetic. */
export type Facts = { readonly tools: readonly Pick<Tool, 'name' | 'description'>[]; readonly syntheticShare: number }

type AgreedGold = GoldAnswered & { readonly tool: string }
const isAgreed = (gold: GoldAnswered): gold is AgreedGold => gold.outcome === 'agreed' && gold.tool !== null

/** Exactly one event for each agreed gold answer, be it without variants: the curator waits for it. */
export function decide({ event }: Inbound<'self-play'>, facts: Facts, state: StateView): Decision<'self-play'> {
  const names = collectionNames(event.agent)
  if (!isAgreed(event) || state.get(names.gold, event.id) !== undefined) return {}
  const { id: goldId, agent, sampleId, family, tool } = event
  const parent: GoldQuestion = { question: event.question, earlier: event.earlier.slice(-2), tool, family }
  const words = splitWords(event.question)
  const isShort = words.length <= maxQuestionWords
  const slots = isShort ? slotsOf(words) : []
  const before = state.get<RowCounts>(names.rows, tool) ?? { gold: 0, synthetic: 0 }
  const rows = { ...before, gold: before.gold + 1 }
  const tries = isShort ? attemptsFor(rows.gold) : 0
  const gold = tries === 0 ? [] : Array.from(state.entries<GoldQuestion>(names.gold))
  const kin = gold.flatMap(([, kept]) => (kept.family === family && kept.tool === tool ? [kept.question] : []))
  const material = { words, slots, kin, values: (kind: string) => replacementValues(state, names.values, kind) }
  const drafts = createDrafts(material, tries, mulberry32(seedOf(version, goldId)))
  const variants = drafts.length === 0 ? [] : evaluateDrafts(event, drafts, { parent, rows, slots, gold }, facts, state)
  const accepted = variants.filter(({ fate }) => fate === 'accepted')
  return {
    emit: [
      {
        topic: topic.syntheticSamples,
        event: { agent, goldId, sampleId, family, tool, variants },
        parents: [sampleId],
      },
    ],
    stateChanges: [
      ...boundedChanges(state, names.gold, limits.gold, [[goldId, parent]]),
      ...boundedChanges(
        state,
        names.synthetic,
        limits.synthetic,
        accepted.map(({ variantId, question }) => [variantId, { question, earlier: parent.earlier }]),
      ),
      ...boundedChanges(state, names.rows, limits.rows, [
        [tool, { ...rows, synthetic: rows.synthetic + accepted.length }],
      ]),
      ...rememberValues(state, names.values, slots),
    ],
  }
}

/** What is known when the drafts are judged; `rows` counts this gold answer, `gold` does not hold it yet. */
type DraftContext = {
  readonly parent: GoldQuestion
  readonly rows: RowCounts
  readonly slots: readonly Slot[]
  readonly gold: readonly (readonly [id: string, GoldQuestion])[]
}

/** The fates of the drafts, one after the other: what is accepted counts for those that follow. */
function evaluateDrafts(
  event: AgreedGold,
  drafts: readonly VariantAttempt[],
  { parent, rows, slots, gold }: DraftContext,
  { tools, syntheticShare }: Facts,
  state: StateView,
): readonly Variant[] {
  const { agent, tool } = event
  const synthetic = Array.from(state.entries<QuestionInContext>(collectionNames(agent).synthetic), ([, asked]) => asked)
  const surroundingsOf = createNeighbourhood({ parent, gold, synthetic })
  const nearestTool = createNearestTool(tools, voteWeight)
  const accepted: QuestionInContext[] = []
  return drafts.map(({ operator, draft }, index) => {
    const asked = { question: draft.question, earlier: parent.earlier }
    const surroundings = surroundingsOf(asked, accepted)
    const fate = decideFate({
      slotsKept: keepsSlotValues(event.question, slots, draft),
      surroundings,
      routed: nearestTool(questionVector(asked), surroundings.hits),
      tool,
      capped: exceedsSyntheticShare({ ...rows, synthetic: rows.synthetic + accepted.length }, syntheticShare),
    })
    if (fate === 'accepted') accepted.push(asked)
    const variantId = deriveId(version, event.id, index)
    return {
      variantId,
      question: draft.question,
      argument: variantArgument(event, draft),
      operator,
      fate,
      plannedTool: nearestTool(questionVector(asked)),
    }
  })
}

/** The parent's right argument, with the new value where one was replaced. */
function variantArgument({ argument }: AgreedGold, { question, replaced }: Draft): string {
  if (argument === null) return queryArgument(question)
  if (replaced === undefined) return argument
  return argument.includes(replaced.from)
    ? argument.replaceAll(replaced.from, () => replaced.to)
    : queryArgument(question)
}
