import { parseExactly } from '#runtime/core/json.ts'
import type { Written } from './shapes.ts'

/** Arguments where a dialect has a value; those that are no JSON as the text. */
export const value = (text: string): unknown => {
  try {
    return parseExactly(text)
  } catch {
    return text
  }
}

/** The blocks of a message, in a dialect that writes everything as blocks. */
export type Blocks = {
  readonly text: (text: string) => object
  readonly call: (id: string | null, tool: string, written: string) => object
  readonly result: (callId: string | null, text: string, isError: boolean | null) => object
  readonly extra: Readonly<Record<'image' | 'thinking' | 'unknown', object>>
}
export const blocksOf = ({ text, calls = [], result, extra }: Written, by: Blocks): readonly object[] => [
  ...(extra ? [by.extra[extra]] : []),
  ...(text ? [by.text(text)] : []),
  ...calls.map(({ id, tool, arguments: written }) => by.call(id, tool, written)),
  ...(result ? [by.result(result.callId, result.text, result.isError)] : []),
]
export const anthropic: Blocks = {
  text: text => ({ type: 'text', text }),
  call: (id, name, written) => ({ type: 'tool_use', id, name, input: value(written) }),
  result: (id, text, isError) => ({
    ...{ type: 'tool_result', tool_use_id: id, content: [{ type: 'text', text }] },
    ...(isError !== null && { is_error: isError }),
  }),
  extra: {
    image: { type: 'image', source: { type: 'url', url: 'x' } },
    thinking: { type: 'thinking', thinking: 'hm', signature: 's' },
    unknown: { type: 'hologram' },
  },
}
export const converse: Blocks = {
  text: text => ({ text }),
  call: (toolUseId, name, written) => ({ toolUse: { toolUseId, name, input: value(written) } }),
  result: (toolUseId, text, isError) => ({
    toolResult: { toolUseId, content: [{ text }], ...(isError !== null && { status: isError ? 'error' : 'success' }) },
  }),
  extra: {
    image: { image: { format: 'png', source: { bytes: 'x' } } },
    thinking: { reasoningContent: { reasoningText: { text: 'hm' } } },
    unknown: { hologram: {} },
  },
}
export const gemini: Blocks = {
  text: text => ({ text }),
  call: (id, name, written) => ({ functionCall: { id, name, args: value(written) } }),
  result: (id, text, isError) => ({
    functionResponse: { id, name: 'weather', response: isError ? { error: text } : { output: text } },
  }),
  extra: {
    image: { inlineData: { mimeType: 'image/png', data: 'x' } },
    thinking: { text: 'hm', thought: true },
    unknown: { hologram: {} },
  },
}
export const modelParts: Blocks = {
  text: text => ({ type: 'text', text }),
  call: (toolCallId, toolName, written) => ({ type: 'tool-call', toolCallId, toolName, input: value(written) }),
  result: (toolCallId, text, isError) => ({
    ...{ type: 'tool-result', toolCallId, toolName: 'weather' },
    output: { type: isError ? 'error-text' : 'text', value: text },
  }),
  extra: {
    image: { type: 'image', image: 'x' },
    thinking: { type: 'reasoning', text: 'hm' },
    unknown: { type: 'hologram' },
  },
}
export const genAiParts: Blocks = {
  text: content => ({ type: 'text', content }),
  call: (id, name, written) => ({ type: 'tool_call', id, name, arguments: value(written) }),
  result: (id, response) => ({ type: 'tool_call_response', id, response }),
  extra: {
    image: { type: 'blob', modality: 'image', content: 'x' },
    thinking: { type: 'reasoning', content: 'hm' },
    unknown: { type: 'hologram' },
  },
}
