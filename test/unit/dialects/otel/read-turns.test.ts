import { describe, expect, it } from 'vitest'
import { readTurns } from '#dialects/otel/read-turns.ts'
import type { OtlpSpan } from '#dialects/otel/spans.ts'
import { chatLogBody } from '#dialects/record-bodies.ts'
import { toolOf } from '#schemas/turns.ts'
import { call, userMessage } from '#test/support/data/turns.ts'
import { answered, began, called, messages, said, span, traceId, user } from './spans.make.ts'

const find = (spans: readonly OtlpSpan[], agents = ['desk'], isFinal = false) =>
  readTurns(spans, agent => agents.includes(agent), { isFinal })
const bodies = (spans: readonly OtlpSpan[], agents?: string[], isFinal?: boolean) =>
  find(spans, agents, isFinal).flatMap(found => (found.outcome === 'turn' ? [chatLogBody.parse(found.body)] : []))

/** An agent that calls its model, a tool, and its model again: the example trace of the conventions. */
function agentTrace(parent = '') {
  const agent = span('invoke_agent', 0, 4, {
    parent,
    attributes: { 'gen_ai.agent.name': 'desk', 'gen_ai.conversation.id': 'c1', 'user.id': 'u7' },
  })
  const under = { parent: agent.spanId }
  const history = [user('Hello'), said('Hi'), user('Weather in Paris?')]
  const first = span('chat', 0.1, 1, {
    ...under,
    attributes: {
      ...messages(history, [called('weather', { city: 'Paris' })]),
      ...{ 'gen_ai.request.model': 'm', 'gen_ai.response.model': 'm-1', 'gen_ai.usage.input_tokens': 40 },
      ...{ 'gen_ai.usage.output_tokens': 7, 'gen_ai.usage.cache_read.input_tokens': 32 },
    },
  })
  const tool = span('execute_tool', 1, 2, {
    ...under,
    attributes: { 'gen_ai.tool.name': 'weather', 'gen_ai.tool.call.arguments': '{"city":"Paris"}' },
  })
  const second = span('chat', 2, 3.9, {
    ...under,
    attributes: messages([...history, called('weather', { city: 'Paris' }), answered('rainy')], [said('It rains.')]),
  })
  return { agent, first, tool, second, all: [first, tool, second, agent] }
}

describe('an agent span with model and tool below', () => {
  it('is one turn, in the context of the agent span', () => {
    const { agent, all } = agentTrace()
    const [found, ...more] = find(all)
    expect(more).toEqual([])
    expect(found).toMatchObject({ outcome: 'turn', spans: 4, span: agent })
    expect(bodies(all)).toEqual([
      {
        id: expect.any(String),
        agent: 'desk',
        conversationId: 'c1',
        at: began + 4000,
        turn: 1,
        ...{ userId: 'u7', question: 'Weather in Paris?', earlierCut: 0, prompt: undefined },
        earlier: [userMessage('Hello'), { ...userMessage('Hi'), role: 'assistant' }],
        steps: [
          {
            ...{ stage: 'planner', calls: [call('weather', '{"city":"Paris"}', 'c1')], text: null },
            results: [{ callId: 'c1', text: 'rainy', isError: null }],
            ...{ model: 'm-1', latencyMs: 900, inputTokens: 40, outputTokens: 7, cachedTokens: 32 },
          },
          {
            ...{ stage: 'planner', calls: [], results: [], text: 'It rains.' },
            ...{ model: null, latencyMs: 1900, inputTokens: null, outputTokens: null, cachedTokens: null },
          },
        ],
        answer: 'It rains.',
        latencyMs: 4000,
        source: 'shop-web',
      },
    ])
  })

  it('in two exports: the first is unfinished, the second has the whole turn', () => {
    const { agent, first, tool, second } = agentTrace()
    expect(find([first, tool]).map(({ outcome }) => outcome)).toEqual(['unfinished'])
    const [whole] = bodies([first, tool, second, agent])
    const [late] = bodies([second, agent])
    expect(late).toMatchObject({ id: whole?.id, answer: 'It rains.', latencyMs: 4000 })
    const contentOf = (body = whole) => body?.steps?.map(({ calls, results, text }) => ({ calls, results, text }))
    expect(contentOf(late)).toEqual(contentOf())
    const [early] = bodies([second], ['desk', 'shop-web'], true)
    expect(early).toMatchObject({
      agent: 'shop-web',
      answer: 'It rains.',
      steps: [{ calls: [{ tool: 'weather' }] }, {}],
    })
    // The first step is missing, so the duration is unknown.
    expect(early?.latencyMs).toBeUndefined()
  })

  it('has the same id whichever spans an export has', () => {
    const { first, tool, second, all } = agentTrace()
    const named = { ...second, attributes: { ...second.attributes, 'gen_ai.agent.name': 'desk' } }
    expect(bodies([named], ['desk'], true)[0]?.id).toBe(bodies(all)[0]?.id)
    expect(bodies([first, tool, named], ['desk'], true)[0]?.id).toBe(bodies(all)[0]?.id)
  })

  it('has the question of the agent span, not that of another model call', () => {
    const { agent, first, tool, second } = agentTrace()
    const framed = { ...agent, attributes: { ...agent.attributes, ...messages([user('Weather in Paris?')], []) } }
    const history = Array.from({ length: 9 }, (_none, at) => user(`Chat line ${at}`))
    const title = span('chat', 3, 3.5, {
      parent: agent.spanId,
      attributes: messages([...history, user('Give this chat a title.')], [said('Weather')]),
    })
    expect(bodies([first, tool, second, title, framed])).toMatchObject([
      { question: 'Weather in Paris?', earlier: [userMessage('Hello'), { text: 'Hi' }], answer: 'It rains.' },
    ])
  })

  it('below another agent is a turn of its own', () => {
    const outer = span('invoke_agent', 0, 9, {
      attributes: { 'gen_ai.agent.name': 'front', ...messages([user('Paris, rain?')], [said('Yes.')]) },
    })
    const handover = span('execute_tool', 0, 5, {
      parent: outer.spanId,
      attributes: { 'gen_ai.tool.name': 'ask-desk', 'gen_ai.tool.call.arguments': '{"city":"Paris"}' },
    })
    const found = bodies([...agentTrace(handover.spanId).all, handover, outer], ['front', 'desk'])
    expect(found.map(({ agent, steps }) => [agent, toolOf(steps?.[0]?.calls ?? [])])).toEqual([
      ['desk', 'weather'],
      ['front', 'ask-desk'],
    ])
  })
})

describe('without an agent span', () => {
  const plans = messages([user('Price of AAPL?')], [called('quote', '{"symbol":"AAPL","at":"now"}')])

  it('a model call without a parent is a turn without an answer', () => {
    const [body] = bodies([span('chat', 0, 1, { attributes: plans })], ['shop-web'])
    expect(body?.answer).toBeUndefined()
    expect(bodies([span('chat', 0, 1, { attributes: plans })], ['shop-web'])).toMatchObject([
      {
        agent: 'shop-web',
        conversationId: traceId,
        steps: [{ calls: [call('quote', '{"symbol":"AAPL","at":"now"}', 'c1')] }],
        latencyMs: 1000,
      },
    ])
  })

  it('so is a model call that is exported with its parent, since parents end last', () => {
    const request = span(undefined, 0, 2)
    const chat = span('chat', 0, 1, { parent: request.spanId, attributes: plans })
    expect(find([chat, request], ['shop-web']).map(({ outcome }) => outcome)).toEqual(['turn', 'other'])
    expect(find([chat], ['shop-web']).map(({ outcome }) => outcome)).toEqual(['unfinished'])
  })

  it('an answer without a call is a turn', () => {
    const chat = span('chat', 0, 1, { attributes: messages([user('Hi')], [said('Hello!')]) })
    expect(bodies([chat], ['shop-web'])).toMatchObject([
      { question: 'Hi', steps: [{ calls: [], text: 'Hello!' }], answer: 'Hello!' },
    ])
  })

  it('several turns below one parent are distinguished by the number of user messages', () => {
    const session = span(undefined, 0, 9)
    const under = { parent: session.spanId }
    const one = [user('Price of AAPL?')]
    const two = [...one, said('200.'), user('And MSFT?')]
    const spans = [
      span('chat', 0, 1, { ...under, attributes: messages(one, [called('quote', { symbol: 'AAPL' })]) }),
      span('execute_tool', 1, 2, { ...under, attributes: { 'gen_ai.tool.name': 'quote' } }),
      span('chat', 3, 4, { ...under, attributes: messages(two, [called('quote', { symbol: 'MSFT' })]) }),
      session,
    ]
    const found = bodies(spans, ['shop-web'])
    expect(found.map(({ turn, steps, latencyMs }) => [turn, steps?.[0]?.calls[0]?.arguments, latencyMs])).toEqual([
      [0, '{"symbol":"AAPL"}', 2000],
      [1, '{"symbol":"MSFT"}', 1000],
    ])
    expect(new Set(found.map(({ id }) => id)).size).toBe(2)
  })
})

describe('other outcomes', () => {
  it('neither a call nor an answer is unanswered', () => {
    const chat = span('chat', 0, 1, { attributes: messages([user('Hi')], []) })
    expect(find([chat], ['shop-web'])).toEqual([{ outcome: 'unanswered', spans: 1 }])
  })

  it('a model call without messages is refused with the fix', () => {
    const chat = span('chat', 0, 1, { attributes: {} })
    expect(find([chat])).toMatchObject([{ outcome: 'refused', reason: expect.stringContaining('record messages') }])
  })

  it('an unknown agent is refused with the names that were tried', () => {
    expect(find(agentTrace().all, [])).toMatchObject([
      { outcome: 'refused', reason: expect.stringContaining('no agent of the name desk or shop-web is registered') },
    ])
  })

  it('spans of embeddings, retrieval and other libraries are other', () => {
    expect(find([span('embeddings', 0, 1), span(undefined, 0, 1)]).map(({ outcome }) => outcome)).toEqual(['other'])
  })
})

describe('conventions 1.36 and older', () => {
  const events = [
    { name: 'gen_ai.system.message', attributes: { content: 'Be brief.' } },
    { name: 'gen_ai.user.message', attributes: { content: 'Weather in Rome?' } },
    {
      name: 'gen_ai.choice',
      attributes: {
        index: 0,
        message:
          '{"tool_calls":[{"type":"function","function":{"name":"weather","arguments":"{\\"city\\":\\"Rome\\"}"}}]}',
      },
    },
  ]
  const prompt = { 'gen_ai.prompt': '[{"role":"user","content":"Weather in Rome?"}]' }
  const completion = { 'gen_ai.completion': `[${events[2]?.attributes.message}]` }
  it.each([
    ['events of the span', events],
    [
      'one event with all messages',
      [
        {
          name: 'gen_ai.client.inference.operation.details',
          attributes: messages([user('Weather in Rome?')], [called('weather', { city: 'Rome' })]),
        },
      ],
    ],
    [
      'prompt and completion, an event each',
      [
        { name: 'gen_ai.content.prompt', attributes: prompt },
        { name: 'gen_ai.content.completion', attributes: completion },
      ],
    ],
  ])('%s', (_what, held) => {
    expect(bodies([span('chat', 0, 1, { events: held })], ['shop-web'])).toMatchObject([
      { question: 'Weather in Rome?', steps: [{ calls: [{ tool: 'weather', arguments: '{"city":"Rome"}' }] }] },
    ])
  })

  it('prompt and completion as attributes', () => {
    expect(bodies([span('chat', 0, 1, { attributes: { ...prompt, ...completion } })], ['shop-web'])).toMatchObject([
      { question: 'Weather in Rome?', steps: [{ calls: [{ tool: 'weather', arguments: '{"city":"Rome"}' }] }] },
    ])
  })
})

it('a cycle of parents ends', () => {
  const [a, b] = ['aaaaaaaaaaaaaaaa', 'bbbbbbbbbbbbbbbb']
  const spans = [span('chat', 0, 1, { spanId: a, parent: b }), span('chat', 0, 1, { spanId: b, parent: a })]
  expect(find(spans).every(({ outcome }) => outcome === 'refused')).toBe(true)
})
