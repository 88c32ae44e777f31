import { at } from '#runtime/core/checked.ts'
import { canonicalJson, deriveId } from '#runtime/core/identity.ts'
import { UnreadableConversation } from '../conversations/form.ts'
import type { AiSpan } from './ai-span.ts'
import { readSpan } from './read-span.ts'
import { type SourceAttributes, sourceAttributes } from './source-attributes.ts'
import { type SpanTree, spanTree } from './span-tree.ts'
import type { OtlpSpan } from './spans.ts'
import { anchorOf, type TurnSpans, turnGroups } from './turn-groups.ts'
import { type MeasuredTurn, turnOfSpans } from './turn-of-spans.ts'

/**
 * What became of spans. `turn`: they are one. `unanswered`: neither a call nor an answer was recorded. `unfinished`: spans
 * above or after them are missing. `refused`: the sender can correct
 * it. `other`: not of generative AI, or no part of a turn.
 */
export type SpanOutcome = 'turn' | 'unanswered' | 'unfinished' | 'refused' | 'other'

type GroupOutcome =
  | { readonly outcome: 'turn'; readonly body: object; readonly span: OtlpSpan }
  | { readonly outcome: 'refused'; readonly reason: string }
  | { readonly outcome: 'unanswered' }
  | { readonly outcome: 'unfinished' | 'other'; readonly members: readonly OtlpSpan[] }

/** The outcome for a number of spans. `body` is a chat log (../record-bodies.ts), not validated yet; `span` stands for the turn. */
export type GroupResult = GroupOutcome & { readonly spans: number }

type ReadOptions = {
  /** Spans that only connect others with their parents; no result accounts for them. */
  readonly links?: readonly OtlpSpan[]
  /** No further spans will come: a turn with an answer is read as it is. */
  readonly isFinal?: boolean
}

/** Reads the turns of spans. The results account for every span. `isKnown` says whether an agent is registered. */
export function readTurns(
  spans: readonly OtlpSpan[],
  isKnown: (agent: string) => boolean,
  { links = [], isFinal = false }: ReadOptions = {},
): readonly GroupResult[] {
  const readings = spans.map(readSpan)
  const tree = spanTree([...spans, ...links])
  const parts = readings.flatMap(reading => (reading.kind === 'part' ? [reading.part] : []))
  const turns = turnGroups(parts, tree).map(group => ({
    ...readKnown(group, tree, isKnown, isFinal),
    spans: group.parts.length,
  }))
  const unread = readings.flatMap((reading): GroupResult[] =>
    reading.kind === 'unread' ? [{ outcome: 'refused', spans: 1, reason: `not read: ${reading.shape}` }] : [],
  )
  const others = spans.filter((_span, index) => readings[index]?.kind === 'other')
  const other = { outcome: 'other', spans: others.length, members: others } as const
  return [...turns, ...unread, ...(others.length === 0 ? [] : [other])]
}

function readKnown(
  group: TurnSpans,
  tree: SpanTree,
  isKnown: (agent: string) => boolean,
  isFinal: boolean,
): GroupOutcome {
  try {
    return readGroup(group, tree, isKnown, isFinal)
  } catch (error) {
    if (error instanceof UnreadableConversation) return { outcome: 'refused', reason: error.message }
    throw error
  }
}

function readGroup(
  group: TurnSpans,
  tree: SpanTree,
  isKnown: (agent: string) => boolean,
  isFinal: boolean,
): GroupOutcome {
  const { parts, agent: agentPart, asked } = group
  const members = spansIn(parts)
  const isComplete = agentPart !== undefined || tree.isWhole(at(members, members.length - 1))
  const hasMessages = parts.some(({ input, output, call }) => call || input.length > 0 || output.length > 0)
  if (!isComplete && !isFinal && hasMessages) return { outcome: 'unfinished', members }
  const turn = turnOfSpans(group)
  if (turn === undefined)
    return withoutQuestion(parts, agentPart !== undefined && tree.hasBelow(agentPart.span, isAgent))
  if (!isComplete && turn.answer === undefined) return { outcome: 'unfinished', members }
  if (turn.steps.length === 0) return { outcome: 'unanswered' }
  const [tool] = turn.withoutArguments
  if (tool !== undefined)
    return {
      outcome: 'refused',
      reason: `arguments of the tool ${tool.slice(0, 60)} are not recorded: ${at(parts, 0).fix}`,
    }

  const source = sourceAttributes(group, tree)
  const agent = source.agentNames.find(isKnown)
  if (agent === undefined) {
    const given = source.agentNames.join(' or ') || '(none given)'
    const reason = `no agent of the name ${given} is registered: PUT /v1/agents/NAME, or set gen_ai.agent.name`
    return { outcome: 'refused', reason }
  }
  const span = (agentPart ?? parts.findLast(({ role }) => role === 'model') ?? at(parts, parts.length - 1)).span
  // From its position in the trace, so that the turn has the same id in every export.
  const id = deriveId('otlp/v2', agent, span.traceId, anchorOf(group), canonicalJson(asked))
  return { outcome: 'turn', span, body: { ...chatLogOf(turn, span, source), agent, id } }
}

const isAgent = (span: OtlpSpan): boolean => span.attributes['gen_ai.operation.name'] === 'invoke_agent'

/** LangGraph has an agent span around another: the inner one has the turn. */
function withoutQuestion(parts: readonly AiSpan[], isAroundAgent: boolean): GroupOutcome {
  if (isAroundAgent && parts.every(({ role }) => role === 'agent')) return { outcome: 'other', members: spansIn(parts) }
  const model = parts.find(({ role }) => role === 'model') ?? parts.find(({ role }) => role === 'agent')
  if (model === undefined) return { outcome: 'unfinished', members: spansIn(parts) }
  return {
    outcome: 'refused',
    reason: `no user message: have the instrumentation record messages on spans: ${model.fix}`,
  }
}

const spansIn = (parts: readonly AiSpan[]): readonly OtlpSpan[] => parts.map(({ span }) => span)

const chatLogOf = (
  { withoutArguments, ...turn }: MeasuredTurn,
  span: OtlpSpan,
  { conversationId, userId, service }: SourceAttributes,
): object => ({
  ...turn,
  conversationId: conversationId ?? span.traceId,
  at: Math.floor(span.end),
  userId,
  source: service ?? 'otlp',
})
