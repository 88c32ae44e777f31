import { describe, expect, it } from 'vitest'
import { readTurns } from '#dialects/otel/read-turns.ts'
import type { OtlpSpan } from '#dialects/otel/spans.ts'
import { type ChatLogBody, chatLogBody } from '#dialects/record-bodies.ts'
import { call } from '#test/support/data/turns.ts'
import { span } from './spans.make.ts'

const find = (spans: readonly OtlpSpan[]) => readTurns(spans, agent => agent === 'shop-web')
const bodies = (spans: readonly OtlpSpan[]): readonly ChatLogBody[] =>
  find(spans).flatMap(found => (found.outcome === 'turn' ? [chatLogBody.parse(found.body)] : []))
const reasons = (spans: readonly OtlpSpan[]) =>
  find(spans).map(found => (found.outcome === 'refused' ? found.reason : found.outcome))

const json = JSON.stringify
const [porto, rome] = ['{"city":"Porto"}', '{"city":"Rome"}']

/** Two calls of a model: the first calls a tool twice, the second answers. */
function twoCalls(first: object, second: object, tools: readonly OtlpSpan[] = []) {
  const root = span(undefined, 0, 9)
  const below = (from: number, to: number, attributes: object) =>
    span(undefined, from, to, { parent: root.spanId, attributes: { ...attributes } })
  return [below(0, 1, first), ...tools.map(tool => ({ ...tool, parent: root.spanId })), below(4, 5, second), root]
}

const openAiCalls = [
  { id: 'c1', type: 'function', function: { name: 'weather', arguments: porto } },
  { id: 'c2', type: 'function', function: { name: 'weather', arguments: rome } },
]

const openInference = (direction: string, index: number, fields: object) =>
  Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [`llm.${direction}_messages.${index}.message.${key}`, value]),
  )
const inferenceCalls = Object.assign(
  {},
  ...openAiCalls.map(({ id, function: called }, index) => ({
    [`tool_calls.${index}.tool_call.id`]: id,
    [`tool_calls.${index}.tool_call.function.name`]: called.name,
    [`tool_calls.${index}.tool_call.function.arguments`]: called.arguments,
  })),
)
const inferenceQuestion = {
  'openinference.span.kind': 'LLM',
  ...openInference('input', 0, { role: 'system', content: 'Be brief.' }),
  ...openInference('input', 1, {
    role: 'user',
    ...{ 'contents.0.message_content.type': 'text', 'contents.0.message_content.text': 'Windy in Porto or Rome?' },
  }),
}

const prompt = (index: number, fields: object) =>
  Object.fromEntries(Object.entries(fields).map(([key, value]) => [`gen_ai.prompt.${index}.${key}`, value]))
const traceloopCalls = (prefix: string) =>
  Object.assign(
    {},
    ...openAiCalls.map(({ id, function: called }, index) => ({
      [`${prefix}.tool_calls.${index}.id`]: id,
      [`${prefix}.tool_calls.${index}.name`]: called.name,
      [`${prefix}.tool_calls.${index}.arguments`]: called.arguments,
    })),
  )
const traceloopQuestion = {
  'llm.request.type': 'chat',
  ...prompt(0, { role: 'user', content: 'Windy in Porto or Rome?' }),
}

const events = [
  { 'event.name': 'gen_ai.user.message', role: 'user', content: 'Windy in Porto or Rome?' },
  { 'event.name': 'gen_ai.assistant.message', role: 'assistant', tool_calls: openAiCalls },
  { 'event.name': 'gen_ai.tool.message', role: 'tool', id: 'c1', content: 'calm' },
  { 'event.name': 'gen_ai.tool.message', role: 'tool', id: 'c2', content: 'storm' },
]
const choice = (message: object) => ({ 'event.name': 'gen_ai.choice', index: 0, message })
const chat = { 'gen_ai.operation.name': 'chat' }

describe('parallel calls and an answer are the same turn, as written by', () => {
  it.each<[string, readonly OtlpSpan[]]>([
    [
      'OpenInference',
      twoCalls(
        { ...inferenceQuestion, ...openInference('output', 0, { role: 'assistant', ...inferenceCalls }) },
        {
          ...inferenceQuestion,
          ...openInference('input', 2, { role: 'assistant', ...inferenceCalls }),
          ...openInference('input', 3, { role: 'tool', tool_call_id: 'c1', content: 'calm' }),
          ...openInference('input', 4, { role: 'tool', tool_call_id: 'c2', content: 'storm' }),
          ...openInference('output', 0, { role: 'assistant', content: 'Rome.' }),
        },
      ),
    ],
    [
      'OpenLLMetry',
      twoCalls(
        { ...traceloopQuestion, ...traceloopCalls('gen_ai.completion.0') },
        {
          ...traceloopQuestion,
          ...{ 'gen_ai.prompt.1.role': 'assistant', ...traceloopCalls('gen_ai.prompt.1') },
          ...prompt(2, { role: 'tool', tool_call_id: 'c1', content: 'calm' }),
          ...prompt(3, { role: 'tool', tool_call_id: 'c2', content: 'storm' }),
          ...{ 'gen_ai.completion.0.role': 'assistant', 'gen_ai.completion.0.content': 'Rome.' },
        },
      ),
    ],
    [
      'pydantic-ai',
      twoCalls(
        { ...chat, events: json([events[0], choice({ role: 'assistant', tool_calls: openAiCalls })]) },
        { ...chat, events: json([...events, choice({ role: 'assistant', content: 'Rome.' })]) },
      ),
    ],
  ])('%s', (_what, spans) => {
    expect(bodies(spans)).toMatchObject([
      {
        question: 'Windy in Porto or Rome?',
        earlier: [],
        steps: [
          {
            calls: [call('weather', porto, 'c1'), call('weather', rome, 'c2')],
            results: [
              { callId: 'c1', text: 'calm' },
              { callId: 'c2', text: 'storm' },
            ],
            latencyMs: 1000,
          },
          { calls: [], results: [], text: 'Rome.' },
        ],
        answer: 'Rome.',
      },
    ])
  })
})

describe('calls of tools in their own spans', () => {
  const said = {
    events: [
      { name: 'gen_ai.user.message', attributes: { content: 'Windy in Porto?' } },
      { name: 'gen_ai.choice', attributes: { message: 'Yes.' } },
    ],
  }
  function agentWith(tool: Partial<OtlpSpan>) {
    const agent = span('invoke_agent', 0, 4, said)
    const named = { 'gen_ai.tool.name': 'weather', ...tool.attributes }
    return [agent, span('execute_tool', 1, 2, { ...tool, parent: agent.spanId, attributes: named })]
  }

  it('have their arguments in an event', () => {
    const event = { name: 'gen_ai.tool.message', attributes: { id: 't1', content: porto } }
    expect(bodies(agentWith({ events: [event] }))).toMatchObject([
      { steps: [{ calls: [call('weather', porto, 't1')] }, { calls: [], text: 'Yes.' }] },
    ])
  })

  it('without recorded arguments are refused: unknown is not empty', () => {
    expect(reasons(agentWith({}))).toEqual([expect.stringContaining('arguments of the tool weather are not recorded')])
  })

  it('give results and errors that no message has', () => {
    const tool = { 'gen_ai.tool.call.id': 'c1', 'gen_ai.tool.call.arguments': porto, 'gen_ai.tool.call.result': 'down' }
    expect(bodies(agentWith({ isError: true, attributes: tool }))).toMatchObject([
      { steps: [{ results: [{ callId: 'c1', text: 'down', isError: true }] }, {}] },
    ])
  })
})

describe('what calls itself generative AI and is not read is told', () => {
  it.each([
    ['an unknown operation', { 'gen_ai.operation.name': 'daydream' }, 'not read: gen_ai.operation.name=daydream'],
    ['a provider alone', { 'gen_ai.system': 'openai' }, 'not read: gen_ai.system=openai'],
    ['OpenLLMetry without content', { 'llm.request.type': 'chat' }, /no user message.*TRACELOOP_TRACE_CONTENT/],
    ['OpenInference without content', { 'openinference.span.kind': 'LLM' }, /no user message.*OPENINFERENCE_HIDE/],
    ['Vercel without content', { 'ai.operationId': 'ai.generateText.doGenerate' }, /no user message.*recordInputs/],
  ])('%s', (_what, attributes, reason) => {
    expect(reasons([span(undefined, 0, 1, { attributes })])).toEqual([expect.stringMatching(reason)])
  })

  it.each([
    { 'openinference.span.kind': 'RETRIEVER' },
    { 'ai.operationId': 'ai.embed' },
    { 'traceloop.span.kind': 'workflow' },
    { 'gen_ai.operation.name': 'embeddings' },
  ])('but %o is no part of a turn', attributes => {
    expect(reasons([span(undefined, 0, 1, { attributes })])).toEqual(['other'])
  })
})
