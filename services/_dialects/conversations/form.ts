import { isObject, type JsonObject } from '#runtime/core/json.ts'
import type { Call, CallResult, Message } from '#schemas/events.ts'

/** A message of a conversation, the same for all dialects. `callId` and `isError` are those of a tool's result. */
export type ConversationMessage = {
  readonly role: Message['role'] | 'system'
  readonly text: string
  readonly calls: readonly Call[]
  readonly callId: string | null
  readonly isError: boolean | null
}

/** A piece of a message. `ignored` is known and says nothing about what the agent did: thinking, marks of a cache, sources. */
export type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'media'; readonly shown: '[image]' | '[audio]' | '[video]' | '[file]' }
  | { readonly kind: 'call'; readonly call: Call }
  | { readonly kind: 'result'; readonly result: CallResult }
  | { readonly kind: 'ignored' }

/** What a message without text shows. */
export type Shown = Extract<Part, { readonly kind: 'media' }>['shown']

/** The roles of APIs that put the results of tools into messages of the user. */
export const rolesWithoutTool = new Map(
  Object.entries<ConversationMessage['role']>({ user: 'user', assistant: 'assistant', system: 'system' }),
)

/** How a dialect writes a message. `where` is its position, for errors. */
export type ReadMessage = (message: JsonObject, where: string) => readonly ConversationMessage[]
export type ReadPart = (part: JsonObject, where: string) => Part

/** A shape that is not known, with its position: nothing of the conversation is read, since a guess could be a false turn. */
export class UnreadableConversation extends Error {
  override readonly name = 'UnreadableConversation'

  constructor(where: string, problem: string) {
    super(where === '' ? problem : `${where}: ${problem}`)
  }
}

export const ignored: Part = { kind: 'ignored' }
export const textPart = (text: unknown, where: string): Part => {
  if (typeof text === 'string') return { kind: 'text', text }
  throw new UnreadableConversation(where, 'a part of text without a text')
}
export const callPart = (id: unknown, tool: unknown, written: unknown, where: string): Part => ({
  kind: 'call',
  call: callOf(id, tool, written, where),
})
export const resultPart = (callId: unknown, text: string, isError: boolean | null): Part => ({
  kind: 'result',
  result: { callId: textOrNull(callId), text, isError },
})

/** A call. Arguments that are missing are no empty arguments: a reader that misses them would teach a wrong call. */
export function callOf(id: unknown, tool: unknown, written: unknown, where: string): Call {
  if (typeof tool !== 'string' || tool === '')
    throw new UnreadableConversation(where, 'a call without the name of a tool')
  if (written == null) throw new UnreadableConversation(where, `a call of ${tool} without arguments`)
  return { id: textOrNull(id), tool, arguments: jsonText(written) }
}

/** A text as it is, another value as JSON; '' where there is none. */
export const jsonText = (given: unknown): string =>
  typeof given === 'string' ? given : given == null ? '' : JSON.stringify(given)

export const textOrNull = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null)

/** The parts of a message's content: a text, or a list of parts. */
export function readContent(content: unknown, where: string, readPart: ReadPart): readonly Part[] {
  if (content == null) return []
  if (typeof content === 'string') return [{ kind: 'text', text: content }]
  if (!Array.isArray(content)) throw new UnreadableConversation(where, 'neither a text nor a list of parts')
  return content.map((part: unknown, index) => {
    const position = `${where}[${index}]`
    if (typeof part === 'string') return { kind: 'text', text: part }
    if (isObject(part)) return readPart(part, position)
    throw new UnreadableConversation(position, 'not a part of a message')
  })
}

/** The text of parts; of parts without text what they show, so that a message that is only a picture is kept. */
export function textOf(parts: readonly Part[]): string {
  const texts = parts.flatMap(part => (part.kind === 'text' ? [part.text] : []))
  const shown = parts.flatMap(part => (part.kind === 'media' ? [part.shown] : []))
  return texts.some(text => text.trim() !== '') || shown.length === 0 ? texts.join('\n') : shown.join('\n')
}

/** The text of a result: of a text, or of parts with a type; another value as JSON. */
export const resultText = (content: unknown, where: string, readPart: ReadPart): string =>
  Array.isArray(content) && content.every(part => isObject(part) && 'type' in part)
    ? textOf(readContent(content, where, readPart))
    : jsonText(content)

/**
 * The messages of parts that one author wrote. A user's results answer the calls before it, so they come before the user's
 * text. What an assistant writes after a result is a message of its own.
 */
export function messagesOfParts(role: ConversationMessage['role'], parts: readonly Part[]): ConversationMessage[] {
  if (role !== 'assistant') {
    const own = parts.filter(({ kind }) => kind !== 'result')
    const results = resultsIn(parts)
    return results.length > 0 && own.every(({ kind }) => kind === 'ignored') ? results : [...results, oneOf(role, own)]
  }
  const messages: ConversationMessage[] = []
  let own: Part[] = []
  for (const part of parts) {
    if (part.kind !== 'result') own.push(part)
    else {
      if (own.length > 0) messages.push(oneOf(role, own))
      messages.push(...resultsIn([part]))
      own = []
    }
  }
  return own.length > 0 || messages.length === 0 ? [...messages, oneOf(role, own)] : messages
}

const oneOf = (role: ConversationMessage['role'], parts: readonly Part[]): ConversationMessage => ({
  role,
  text: textOf(parts),
  calls: parts.flatMap(part => (part.kind === 'call' ? [part.call] : [])),
  callId: null,
  isError: null,
})

const resultsIn = (parts: readonly Part[]): ConversationMessage[] =>
  parts.flatMap(part => (part.kind === 'result' ? [{ role: 'tool' as const, calls: [], ...part.result }] : []))

/** What a picture, a recording or a film shows; everything else is a file. */
export const shownAs = (kind: unknown): Shown =>
  kind === 'image' || kind === 'audio' || kind === 'video' ? `[${kind}]` : '[file]'

/** The role that a dialect calls so. */
export function readRole(
  roles: ReadonlyMap<string, ConversationMessage['role']>,
  role: unknown,
  where: string,
): ConversationMessage['role'] {
  const found = roles.get(String(role))
  if (found === undefined) throw unknownRole(role, where)
  return found
}

export const unknownPart = (part: JsonObject, where: string): UnreadableConversation =>
  new UnreadableConversation(
    where,
    `unknown part ${typeof part['type'] === 'string' ? part['type'] : `with ${Object.keys(part).join(', ') || 'no fields'}`}`,
  )
export const unknownRole = (role: unknown, where: string): UnreadableConversation =>
  new UnreadableConversation(where, `unknown role ${typeof role === 'string' ? role : '(none)'}`)
