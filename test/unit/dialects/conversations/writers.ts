import type { DialectName } from '#dialects/conversations/dialects.ts'
import { anthropic, type Blocks, blocksOf, converse, gemini, genAiParts, modelParts, value } from './blocks.ts'
import type { Written } from './shapes.ts'

/** How a dialect writes messages, as the JSON value of a conversation; `says` what of a result it can express. */
export type Writer = {
  readonly dialect: DialectName
  readonly write: (messages: readonly Written[]) => unknown
  /** It has no ids of calls. */
  readonly withoutIds?: boolean
  /** The text of a result where it is not the text alone. */
  readonly resultText?: (text: string, isError: boolean | null) => string
  /** It does not say whether a result is an error, or only where it is one. */
  readonly error: 'never' | 'if one' | 'always'
}

/** One message for the results of parallel calls, as APIs that have no role for tools want it. */
function joined<T>(messages: readonly Written[], write: (role: Written['role'], group: readonly Written[]) => T): T[] {
  const groups: Written[][] = []
  for (const message of messages) {
    const last = groups.at(-1)
    if (message.role === 'tool' && last?.[0]?.role === 'tool') last.push(message)
    else groups.push([message])
  }
  return groups.map(group => write(group[0]?.role ?? 'user', group))
}
const systemOf = (messages: readonly Written[]): string | undefined =>
  messages.find(({ role }) => role === 'system')?.text
const withoutSystem = (messages: readonly Written[]): readonly Written[] =>
  messages.filter(({ role }) => role !== 'system')

const openaiContent = ({ text, extra }: Written): unknown =>
  extra === undefined
    ? text
    : [
        {
          image: { type: 'image_url', image_url: { url: 'x' } },
          thinking: { type: 'reasoning' },
          unknown: { type: 'hologram' },
        }[extra],
        ...(text ? [{ type: 'text', text }] : []),
      ]
const openaiMessage = (message: Written): object => ({
  role: message.role,
  content: message.result ? message.result.text : (openaiContent(message) ?? null),
  ...(message.result && { tool_call_id: message.result.callId }),
  ...(message.calls && {
    tool_calls: message.calls.map(({ id, tool, arguments: written }) => ({
      ...{ id, type: 'function', function: { name: tool, arguments: written } },
    })),
  }),
})

const rolesWithoutTool = (role: Written['role']): string => (role === 'tool' ? 'user' : role)
const messagesOfBlocks =
  (by: Blocks, roleOf: (role: Written['role']) => string = rolesWithoutTool) =>
  (messages: readonly Written[]): object[] =>
    joined(messages, (role, group) => ({ role: roleOf(role), content: group.flatMap(one => blocksOf(one, by)) }))

function responsesItems(message: Written): readonly object[] {
  const { role, calls = [], result, extra, text } = message
  if (result) return [{ type: 'function_call_output', call_id: result.callId, output: result.text }]
  const content = [
    ...(extra === 'image' ? [{ type: 'input_image', image_url: 'x' }] : []),
    ...(extra === 'unknown' ? [{ type: 'hologram' }] : []),
    ...(text ? [{ type: role === 'assistant' ? 'output_text' : 'input_text', text }] : []),
  ]
  return [
    ...(extra === 'thinking' ? [{ type: 'reasoning', id: 'r', summary: [] }] : []),
    ...(content.length > 0 ? [{ type: 'message', role, content }] : []),
    ...calls.map(({ id, tool, arguments: written }) => ({
      ...{ type: 'function_call', call_id: id, name: tool, arguments: written },
    })),
  ]
}

const langchainTypes = { system: 'system', user: 'human', assistant: 'ai', tool: 'tool' } as const
function langchainMessage(message: Written): object {
  const { role, calls = [], result } = message
  const fields = { type: langchainTypes[role], content: result?.text ?? openaiContent(message) ?? '' }
  if (result) {
    const status = result.isError === null ? {} : { status: result.isError ? 'error' : 'success' }
    return { ...fields, ...status, tool_call_id: result.callId }
  }
  const written = calls.map(({ id, tool, arguments: text }) => ({ id, name: tool, args: value(text) }))
  return {
    ...fields,
    tool_calls: written.filter(({ args }) => typeof args !== 'string'),
    invalid_tool_calls: written.filter(({ args }) => typeof args === 'string'),
  }
}

function shareGptMessages({ role, text, calls = [], result, extra }: Written): readonly object[] {
  if (extra === 'unknown') return [{ from: 'hologram', value: text }]
  if (result) return [{ from: 'observation', value: result.text }]
  const written = calls.map(({ tool, arguments: given }) => ({ name: tool, arguments: value(given) }))
  if (written.length > 0) return [{ from: 'function_call', value: JSON.stringify(written) }]
  const author = role === 'assistant' ? 'gpt' : role === 'user' ? 'human' : role
  return [
    { from: author, value: extra === 'thinking' ? `<think>hm</think>${text}` : extra === 'image' ? '[image]' : text },
  ]
}

const plainMessage = ({ role, text = '', calls, result, extra }: Written): object =>
  extra === 'unknown'
    ? { role: 'hologram', text }
    : { role, text: extra === 'image' ? '[image]' : text, ...(calls && { calls }), ...(result && { ...result }) }

export const writers: Readonly<Record<string, Writer>> = {
  'OpenAI chat completions': {
    ...{ dialect: 'openai', error: 'never' },
    write: messages => ({ messages: messages.map(openaiMessage), tools: [] }),
  },
  'OpenAI Responses': {
    ...{ dialect: 'openai-responses', error: 'never' },
    write: messages => ({
      input: withoutSystem(messages).flatMap(responsesItems),
      instructions: systemOf(messages) ?? null,
    }),
  },
  'Anthropic Messages': {
    ...{ dialect: 'anthropic', error: 'always' },
    write: messages => ({
      messages: messagesOfBlocks(anthropic)(withoutSystem(messages)),
      ...(systemOf(messages) && { system: [{ type: 'text', text: systemOf(messages) }] }),
    }),
  },
  'Gemini generateContent': {
    ...{ dialect: 'gemini', error: 'if one' },
    resultText: (text, isError) => JSON.stringify(isError ? { error: text } : { output: text }),
    write: messages => ({
      contents: joined(withoutSystem(messages), (role, group) => ({
        role: role === 'assistant' ? 'model' : 'user',
        parts: group.flatMap(one => blocksOf(one, gemini)),
      })),
      ...(systemOf(messages) && { systemInstruction: { parts: [{ text: systemOf(messages) }] } }),
    }),
  },
  'Bedrock Converse': {
    ...{ dialect: 'converse', error: 'always' },
    write: messages => ({
      messages: messagesOfBlocks(converse)(withoutSystem(messages)),
      ...(systemOf(messages) && { system: [{ text: systemOf(messages) }, { cachePoint: { type: 'default' } }] }),
    }),
  },
  'Strands content blocks': { dialect: 'converse', error: 'always', write: messagesOfBlocks(converse) },
  LangChain: { dialect: 'langchain', error: 'always', write: messages => messages.map(langchainMessage) },
  'LangChain, lc': {
    ...{ dialect: 'langchain', error: 'always' },
    write: messages =>
      messages.map(message => {
        const { type, ...kwargs } = langchainMessage(message) as { readonly type: string }
        const name = `${type === 'ai' ? 'AI' : type.replace(/^./, letter => letter.toUpperCase())}Message`
        return { lc: 1, type: 'constructor', id: ['langchain', 'schema', 'messages', name], kwargs }
      }),
  },
  'AI SDK model messages': {
    ...{ dialect: 'ai-sdk', error: 'if one' },
    write: messages =>
      joined(messages, (role, group) => ({
        role,
        content: role === 'system' ? group[0]?.text : group.flatMap(one => blocksOf(one, modelParts)),
      })),
  },
  'OpenTelemetry parts': {
    ...{ dialect: 'opentelemetry', error: 'never' },
    write: messages =>
      joined(messages, (role, group) => ({ role, parts: group.flatMap(one => blocksOf(one, genAiParts)) })),
  },
  ShareGPT: {
    ...{ dialect: 'sharegpt', error: 'never', withoutIds: true },
    write: messages => ({ conversations: messages.flatMap(shareGptMessages) }),
  },
  'messages of Flywheel': { dialect: 'messages', error: 'always', write: messages => messages.map(plainMessage) },
}
