import { deriveId, seedOf } from '#runtime/core/identity.ts'
import type { Decision } from '#runtime/service.ts'
import { boundedChanges } from '#runtime/state/bounded-collection.ts'
import type { StateView } from '#runtime/state/state.ts'
import type { Call, GoldAnswered, Tool, Variant } from '#schemas/events.ts'
import { toolOf, userTexts } from '#schemas/turns.ts'
import { mulberry32 } from '#statistics/random.ts'
import { createNearestTool } from '#text/nearest-tool.ts'
import { type QuestionInContext, questionVector } from '#text/question-vector.ts'
import { topic } from '#topology/topic-names.ts'
import type { Inbound } from '#topology/types.ts'
import { decideFate, exceedsSyntheticShare, keepsSlotValues } from './acceptance.ts'
import { attemptsFor, createDrafts, MAX_QUESTION_WORDS, type VariantAttempt } from './drafts.ts'
import { createNeighbourhood } from './neighbourhood.ts'
import type { QuestionMaterial } from './operators.ts'
import { rememberValues, replacementValues, type Slot, slotsOf } from './slots.ts'
import { collectionNames, type GoldQuestion, limits, type RowCounts } from './state.ts'
import { variantCalls } from './variant-arguments.ts'
import { splitWords } from './words.ts'

export const version = 'self-play/v2'

/** Weight of the nearest gold's vote beside the tool descriptions, in the check that a variant keeps its label. */
const VOTE_WEIGHT = 0.5

/** `tools` is the catalogue; `syntheticShare` the largest share of a tool's rows that may be synthetic. */
export type Facts = { readonly tools: readonly Pick<Tool, 'name' | 'description'>[]; readonly syntheticShare: number }

type AgreedGold = GoldAnswered & { readonly calls: readonly Call[] }
const isAgreed = (gold: GoldAnswered): gold is AgreedGold => gold.outcome === 'agreed' && gold.calls !== null

/** Emits exactly one event for each agreed gold answer, also where it has no variants: the curator waits for it. */
export function decide({ event }: Inbound<'self-play'>, facts: Facts, state: StateView): Decision<'self-play'> {
  const names = collectionNames(event.agent)
  if (!isAgreed(event) || state.get(names.gold, event.id) !== undefined) return {}
  const { id: goldId, agent, sampleId, step, family } = event
  const tool = toolOf(event.calls)
  const parent: GoldQuestion = { question: event.question, earlier: userTexts(event.earlier).slice(-2), tool, family }
  const words = splitWords(event.question)
  // A later step follows from the results of calls, which would not fit another question.
  const isShort = step === 0 && words.length <= MAX_QUESTION_WORDS
  const slots = isShort ? slotsOf(words) : []
  const before = state.get<RowCounts>(names.rows, tool) ?? { gold: 0, synthetic: 0 }
  const rows = { ...before, gold: before.gold + 1 }
  const attempts = isShort ? attemptsFor(rows.gold) : 0
  const gold = attempts === 0 ? [] : Array.from(state.entries<GoldQuestion>(names.gold), ([, known]) => known)
  const siblings = gold.filter(known => known.family === family && known.tool === tool)
  const material: QuestionMaterial = {
    ...{ words, slots, familyQuestions: siblings.map(({ question }) => question) },
    replacements: kind => replacementValues(state, names.values, kind),
  }
  const drafts = createDrafts(material, attempts, mulberry32(seedOf(version, goldId)))
  const variants = drafts.length === 0 ? [] : evaluateDrafts(event, drafts, { parent, rows, slots, gold }, facts, state)
  const accepted = variants.filter(({ fate }) => fate === 'accepted')
  const counts: RowCounts = { ...rows, synthetic: rows.synthetic + accepted.length }
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
      ...boundedChanges(state, names.rows, limits.rows, [[tool, counts]]),
      ...rememberValues(state, names.values, slots),
    ],
  }
}

/** What is known when the drafts are checked: `rows` counts this gold answer, `gold` does not contain it yet. */
type DraftContext = {
  readonly parent: GoldQuestion
  readonly rows: RowCounts
  readonly slots: readonly Slot[]
  readonly gold: readonly GoldQuestion[]
}

/** The drafts in order, each with its fate: those accepted before count as known. */
function evaluateDrafts(
  event: AgreedGold,
  drafts: readonly VariantAttempt[],
  { parent, rows, slots, gold }: DraftContext,
  { tools, syntheticShare }: Facts,
  state: StateView,
): readonly Variant[] {
  const { agent } = event
  const { tool } = parent
  const collection = collectionNames(agent).synthetic
  const synthetic = Array.from(state.entries<QuestionInContext>(collection), ([, known]) => known)
  const neighbourhoodOf = createNeighbourhood({ parent, gold, synthetic })
  const nearestTool = createNearestTool(tools, VOTE_WEIGHT)
  const accepted: QuestionInContext[] = []
  return drafts.map(({ operator, draft }, index) => {
    const variant = { question: draft.question, earlier: parent.earlier }
    const calls = variantCalls(event.calls, draft)
    const neighbourhood = neighbourhoodOf(variant, accepted)
    const counts = { ...rows, synthetic: rows.synthetic + accepted.length }
    const fate = decideFate({
      keepsValues: keepsSlotValues(event.question, slots, draft),
      hasCertainArguments: calls !== undefined,
      neighbourhood,
      chosenTool: nearestTool(questionVector(variant), neighbourhood.nearest),
      goldTool: tool,
      exceedsShare: exceedsSyntheticShare(counts, syntheticShare),
    })
    if (fate === 'accepted') accepted.push(variant)
    return {
      variantId: deriveId(version, event.id, index),
      question: draft.question,
      calls: calls ?? event.calls,
      operator,
      fate,
      plannedTool: nearestTool(questionVector(variant)),
    }
  })
}
