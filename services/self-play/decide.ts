import { argumentOf } from '#planners/linear/argument.ts'
import type { Asked } from '#planners/linear/asked.ts'
import type { Tool } from '#planners/linear/manifest.ts'
import { deriveId, seedOf } from '#runtime/core/identity.ts'
import type { Decision } from '#runtime/service.ts'
import { keepBounded } from '#runtime/state/bounded.ts'
import type { StateView } from '#runtime/state/state.ts'
import type { GoldAnswered, Variant } from '#schemas/events.ts'
import { mulberry32 } from '#statistics/random.ts'
import { topic } from '#topology/names.ts'
import type { Inbound } from '#topology/types.ts'
import { fateOf, isCapped, keepsSlots, routeOf } from './acceptance.ts'
import { draftsOf, longestQuestion, type Try, triesFor } from './drafts.ts'
import { neighbourhoodOf } from './neighbourhood.ts'
import { learn, valuesOf } from './ontology.ts'
import type { Draft } from './operators.ts'
import { type Slot, slotsOf } from './slots.ts'
import { collectionsOf, type KeptGold, limits, type Rows } from './state.ts'
import { wordsOf } from './words.ts'

export const version = 'self-play/v1'

/** `tools` is the catalogue; `syntheticShare` the largest share of a tool's rows that may be synthetic. */
export type Facts = { readonly tools: readonly Tool[]; readonly syntheticShare: number }

type Agreed = GoldAnswered & { readonly tool: string }
const isAgreed = (gold: GoldAnswered): gold is Agreed => gold.outcome === 'agreed' && gold.tool !== null

/** Exactly one event for each agreed gold answer, be it without variants: the curator waits for it. */
export function decide({ event }: Inbound<'self-play'>, facts: Facts, state: StateView): Decision<'self-play'> {
  const names = collectionsOf(event.agent)
  if (!isAgreed(event) || state.get(names.gold, event.id) !== undefined) return {}
  const { id: goldId, agent, sampleId, family, tool } = event
  const parent: KeptGold = { question: event.question, earlier: event.earlier.slice(-2), tool, family }
  const words = wordsOf(event.question)
  const isShort = words.length <= longestQuestion
  const slots = isShort ? slotsOf(words) : []
  const before = state.get<Rows>(names.rows, tool) ?? { gold: 0, synthetic: 0 }
  const rows = { ...before, gold: before.gold + 1 }
  const tries = isShort ? triesFor(rows.gold) : 0
  const gold = tries === 0 ? [] : Array.from(state.entries<KeptGold>(names.gold))
  const kin = gold.flatMap(([, kept]) => (kept.family === family && kept.tool === tool ? [kept.question] : []))
  const material = { words, slots, kin, values: (kind: string) => valuesOf(state, names.values, kind) }
  const drafts = draftsOf(material, tries, mulberry32(seedOf(version, goldId)))
  const variants = drafts.length === 0 ? [] : judged(event, drafts, { parent, rows, slots, gold }, facts, state)
  const accepted = variants.filter(({ fate }) => fate === 'accepted')
  return {
    emit: [
      {
        topic: topic.syntheticSamples,
        event: { agent, goldId, sampleId, family, tool, variants },
        parents: [sampleId],
      },
    ],
    keep: [
      ...keepBounded(state, names.gold, limits.gold, [[goldId, parent]]),
      ...keepBounded(
        state,
        names.synthetic,
        limits.synthetic,
        accepted.map(({ variantId, question }) => [variantId, { question, earlier: parent.earlier }]),
      ),
      ...keepBounded(state, names.rows, limits.rows, [
        [tool, { ...rows, synthetic: rows.synthetic + accepted.length }],
      ]),
      ...learn(state, names.values, slots),
    ],
  }
}

/** What is known when the drafts are judged; `rows` counts this gold answer, `gold` does not hold it yet. */
type Given = {
  readonly parent: KeptGold
  readonly rows: Rows
  readonly slots: readonly Slot[]
  readonly gold: readonly (readonly [id: string, KeptGold])[]
}

/** The fates of the drafts, one after the other: what is accepted counts for those that follow. */
function judged(
  event: Agreed,
  drafts: readonly Try[],
  { parent, rows, slots, gold }: Given,
  { tools, syntheticShare }: Facts,
  state: StateView,
): readonly Variant[] {
  const { agent, tool, earlier } = event
  const synthetic = Array.from(state.entries<Asked>(collectionsOf(agent).synthetic), ([, asked]) => asked)
  const surroundingsOf = neighbourhoodOf({ parent, gold, synthetic })
  const route = routeOf(agent, tools)
  const accepted: Asked[] = []
  return drafts.map(({ operator, draft }, index) => {
    const asked = { question: draft.question, earlier: parent.earlier }
    const surroundings = surroundingsOf(asked, accepted)
    const fate = fateOf({
      slotsKept: keepsSlots(event.question, slots, draft),
      surroundings,
      routed: route(draft.question, earlier, surroundings.hits),
      tool,
      capped: isCapped({ ...rows, synthetic: rows.synthetic + accepted.length }, syntheticShare),
    })
    if (fate === 'accepted') accepted.push(asked)
    const variantId = deriveId(version, event.id, index)
    return {
      variantId,
      question: draft.question,
      argument: argumentFor(event, draft),
      operator,
      fate,
      plannedTool: route(draft.question, earlier),
    }
  })
}

/** The parent's right argument, with the new value where one was replaced. */
function argumentFor({ argument }: Agreed, { question, replaced }: Draft): string {
  if (argument === null) return argumentOf(question)
  if (replaced === undefined) return argument
  return argument.includes(replaced.from) ? argument.replaceAll(replaced.from, () => replaced.to) : argumentOf(question)
}
