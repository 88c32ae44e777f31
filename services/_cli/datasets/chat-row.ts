import type { AgentDescribed, Call, Tool } from '#schemas/events.ts'
import type { DatasetRow } from '#schemas/objects.ts'

/** A call with the id that results refer to. */
export type NamedCall = Call & { readonly id: string }

/** A message in which every call has an id, and every result the id of its call. */
export type NamedMessage =
  | { readonly role: 'user'; readonly text: string }
  | { readonly role: 'assistant'; readonly text: string; readonly calls: readonly NamedCall[] }
  | { readonly role: 'tool'; readonly text: string; readonly callId: string }

/** A row as a chat: what was before the step, and the assistant's message that is right. */
export type ChatRow = {
  readonly system: string | null
  readonly before: readonly NamedMessage[]
  readonly right: Extract<NamedMessage, { readonly role: 'assistant' }>
}

/** Why a row cannot be written as a chat. */
export type LeftOut = 'no call is right, and nobody wrote the answer' | 'a result whose call is not in the messages'

/** A row as a chat, or why it cannot be one. Calls without an id are named by their place, and take the results without one in order. */
export function chatRow({ messages, calls, answer }: DatasetRow, system: string | null): ChatRow | LeftOut {
  if (calls.length === 0 && !answer?.trim()) return 'no call is right, and nobody wrote the answer'
  const before: NamedMessage[] = []
  let open: readonly { readonly id: string; readonly named: boolean }[] = []
  for (const [at, message] of messages.entries()) {
    if (message.role === 'tool') {
      const call = open.find(({ id, named }) => (message.callId === null ? !named : id === message.callId))
      if (call === undefined) return 'a result whose call is not in the messages'
      open = open.filter(other => other !== call)
      before.push({ role: 'tool', text: message.text, callId: call.id })
    } else if (message.role === 'assistant') {
      const made = nameCalls(message.calls, at)
      open = [...open, ...made.map(({ id }, place) => ({ id, named: message.calls[place]?.id !== null }))]
      before.push({ role: 'assistant', text: message.text, calls: made })
    } else before.push({ role: 'user', text: message.text })
  }
  return { system, before, right: { role: 'assistant', text: answer ?? '', calls: nameCalls(calls, messages.length) } }
}

const nameCalls = (calls: readonly Call[], at: number): readonly NamedCall[] =>
  calls.map((call, place) => ({ ...call, id: call.id ?? `call_${at}_${place}` }))

/** The system prompt of the stage that plans; null where the agent's description has none. */
export const systemPromptOf = ({ stages }: Pick<AgentDescribed, 'stages'>): string | null =>
  stages.find(({ name }) => name === 'planner')?.prompt ?? null

/** A tool as OpenAI describes it, as JSON text: the digits of large numbers in its schema stay. A tool without a schema has no parameters. */
export function toolJson({ name, description, argumentSchema }: Tool): string {
  const described = `"name":${JSON.stringify(name)},"description":${JSON.stringify(description)}`
  const parameters = argumentSchema === null ? '' : `,"parameters":${minifyJson(argumentSchema)}`
  return `{"type":"function","function":{${described}${parameters}}}`
}

/** JSON text on one line, its numbers as they are written. */
const minifyJson = (text: string): string => text.replace(/("(?:[^"\\]|\\.)*")|\s+/g, '$1')

/** Arguments as a JSON value, digits and all; arguments that are not JSON, as of a tool without a schema, as a JSON string. */
export function argumentsJson(written: string): string {
  try {
    JSON.parse(written)
    return minifyJson(written)
  } catch {
    return JSON.stringify(written)
  }
}

/** The name and arguments of a call as JSON text. */
export const callJson = ({ tool, arguments: written }: Pick<Call, 'tool' | 'arguments'>): string =>
  `{"name":${JSON.stringify(tool)},"arguments":${argumentsJson(written)}}`
