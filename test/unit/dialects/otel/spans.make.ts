import type { OtlpSpan } from '#dialects/otel/spans.ts'

export const traceId = '0af7651916cd43dd8448eb211c80319c'
export const began = 1_800_000_000_000

let made = 0

/** A span of one trace; seconds after `began`, `parent` and `attributes` as given. */
export function span(
  operation: string | undefined,
  from: number,
  to: number,
  over: Partial<
    Pick<
      OtlpSpan,
      'parent' | 'isParentRemote' | 'isError' | 'spanId' | 'traceId' | 'attributes' | 'events' | 'resource'
    >
  > = {},
): OtlpSpan {
  const spanId = (++made).toString(16).padStart(16, '0')
  const named = operation === undefined ? {} : { 'gen_ai.operation.name': operation }
  return {
    ...{
      traceId,
      spanId,
      parent: '',
      sampled: true,
      isParentRemote: false,
      isError: false,
      name: operation ?? 'GET /',
    },
    ...{ events: [], resource: { 'service.name': 'shop-web' } },
    ...over,
    start: began + from * 1000,
    end: began + to * 1000,
    attributes: { ...named, ...over.attributes },
  }
}

const part = (type: string, fields: object) => ({ type, ...fields })
export const user = (content: string) => ({ role: 'user', parts: [part('text', { content })] })
export const said = (content: string) => ({ role: 'assistant', parts: [part('text', { content })] })
export const called = (name: string, given: unknown) => ({
  role: 'assistant',
  parts: [part('tool_call', { id: 'c1', name, arguments: given })],
})
export const answered = (response: string) => ({
  role: 'tool',
  parts: [part('tool_call_response', { id: 'c1', response })],
})
/** As instrumentations write them: JSON in a text. */
export const messages = (input: readonly object[], output: readonly object[]) => ({
  'gen_ai.input.messages': JSON.stringify(input),
  'gen_ai.output.messages': JSON.stringify(output),
})
