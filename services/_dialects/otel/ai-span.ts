import type { ConversationMessage } from '../conversations/form.ts'
import type { Attributes, OtlpSpan } from './spans.ts'

/** What a span is to a turn: the agent around it, a call of a model, a call of a tool. */
export type SpanRole = 'agent' | 'model' | 'tool'

/** A call of a tool as its own span has it. Arguments and result are undefined where they are not recorded. */
export type SpanCall = {
  readonly id: string | null
  readonly tool: string
  readonly arguments: string | undefined
  readonly result: string | undefined
}

export type SpanMessages = {
  readonly input: readonly ConversationMessage[]
  readonly output: readonly ConversationMessage[]
}

/** A span of generative AI, the same for all conventions. */
export type AiSpan = SpanMessages & {
  readonly span: OtlpSpan
  readonly role: SpanRole
  /** Where its role is `tool`. */
  readonly call: SpanCall | undefined
  /** How to have messages recorded, where the span has none. */
  readonly fix: string
}

/** How an instrumentation writes its spans. */
export type Convention = {
  readonly fix: string
  /** `none`: a span of the convention that is no part of a turn, such as embeddings; undefined: not of this convention. */
  readonly roleOf: (span: OtlpSpan) => SpanRole | 'none' | undefined
  readonly messagesOf: (span: OtlpSpan) => SpanMessages
  readonly callOf: (span: OtlpSpan) => SpanCall | undefined
}

/** The first attribute with a text. */
export const textOf = (attributes: Attributes, ...names: readonly string[]): string | undefined =>
  names.map(name => attributes[name]).find(value => typeof value === 'string' && value !== '') as string | undefined
