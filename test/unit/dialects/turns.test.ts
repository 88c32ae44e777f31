import { describe, expect, it } from 'vitest'
import { readMessageList } from '#dialects/conversations/dialects.ts'
import { isAnswered, splitTurns } from '#dialects/turns.ts'
import type { Message } from '#schemas/events.ts'
import { call, userMessage } from '#test/support/data/turns.ts'

describe('turns of a conversation', () => {
  const conversation = readMessageList([
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'one' },
    {
      role: 'assistant',
      content: 'Let me look.',
      tool_calls: [{ id: 'c1', function: { name: 'first', arguments: '' } }],
    },
    { role: 'tool', tool_call_id: 'c1', content: 'found' },
    { role: 'assistant', tool_calls: [{ function: { name: 'second', arguments: '' } }] },
    { role: 'assistant', content: 'done' },
    { role: 'user', content: 'two' },
  ])

  const said = (text: string, fields: Partial<Message> = {}): Message => ({
    ...userMessage(text),
    role: 'assistant',
    ...fields,
  })
  const first = call('first', '', 'c1')
  const second = call('second')

  it('begin with a user message; each message of the assistant is a step, the last text without a call the answer', () => {
    const [one, two, ...more] = splitTurns(conversation)
    expect(one).toEqual({
      ...{ question: 'one', earlier: [], earlierCut: 0, turn: 0, prompt: 'Be brief.', answer: 'done' },
      steps: [
        {
          ...{ stage: 'planner', calls: [first], text: 'Let me look.' },
          results: [{ callId: 'c1', text: 'found', isError: null }],
        },
        { stage: 'planner', calls: [second], results: [], text: null },
        { stage: 'planner', calls: [], results: [], text: 'done' },
      ],
    })
    expect(two).toMatchObject({ question: 'two', turn: 1, steps: [], answer: undefined })
    expect(more).toEqual([])
  })

  it('have all messages before them but those of the system', () => {
    expect(splitTurns(conversation)[1]?.earlier).toEqual([
      userMessage('one'),
      said('Let me look.', { calls: [first] }),
      said('found', { role: 'tool', callId: 'c1' }),
      said('', { calls: [second] }),
      said('done'),
    ])
  })

  it('without a call are turns too', () => {
    const messages = readMessageList([userMessage('Hi'), said('Hello!')])
    expect(splitTurns(messages)).toEqual([
      {
        ...{ question: 'Hi', earlier: [], earlierCut: 0, turn: 0, prompt: undefined, answer: 'Hello!' },
        steps: [{ stage: 'planner', calls: [], results: [], text: 'Hello!' }],
      },
    ])
  })

  it('of a long conversation have the right number', () => {
    const long = splitTurns(readMessageList(Array.from({ length: 60 }, (_none, at) => userMessage(`q${at}`))))
    expect(long[59]).toMatchObject({ turn: 59 })
    expect(long[59]?.earlier).toHaveLength(59)
  })

  const asked = { role: 'user', content: 'Is it windy?' }
  const called = (...ids: readonly string[]) => ({
    role: 'assistant',
    tool_calls: ids.map(id => ({ id, function: { name: 'weather', arguments: '{}' } })),
  })
  const result = (id: string, content = 'windy') => ({ role: 'tool', tool_call_id: id, content })
  const answered = { role: 'assistant', content: 'Yes.' }
  const read = (...messages: readonly object[]) => splitTurns(readMessageList(messages))

  it.each([
    ['without a call', [asked, result('c1'), answered]],
    ['of another call', [asked, called('c1'), result('c2'), answered]],
    ['of a call of an earlier turn', [asked, called('c1'), asked, result('c1'), answered]],
    ['that comes twice', [asked, called('c1'), result('c1'), result('c1'), answered]],
  ])('a result %s refuses the conversation: the turn lacks a call', (_what, messages) => {
    expect(() => read(...messages)).toThrow(/a result of the call c\d, which its turn does not have/)
  })

  it('results before the first question are those of calls that the log does not have', () => {
    expect(read(result('c0'), answered, asked, answered)).toMatchObject([
      { question: 'Is it windy?', earlier: [{ role: 'assistant', text: 'Yes.' }], steps: [{ calls: [] }] },
    ])
  })

  it('a result belongs to the step of its call', () => {
    const [turn] = read(asked, called('c1'), called('c2'), result('c1', 'one'), result('c2', 'two'), answered)
    expect(turn?.steps.map(({ results }) => results.map(({ text }) => text))).toEqual([['one'], ['two'], []])
  })

  it('a blank question and one without an answer are turns of their own, which nothing can be learnt from', () => {
    const turns = read(asked, { role: 'user', content: ' ' }, called('c1'), asked, answered, asked, {
      role: 'assistant',
    })
    expect(turns.map(({ turn, steps }) => [turn, steps.length])).toEqual([
      [0, 0],
      [1, 1],
      [2, 1],
      [3, 0],
    ])
    expect(turns.filter(isAnswered).map(({ turn }) => turn)).toEqual([2])
  })

  it('have the texts of all messages of the system before them as prompt', () => {
    const system = (content: string) => ({ role: 'system', content })
    expect(
      read(system('Be brief.'), system('Be kind.'), asked, system('Be quick.'), answered, asked, answered).map(
        ({ prompt }) => prompt,
      ),
    ).toEqual(['Be brief.\n\nBe kind.', 'Be brief.\n\nBe kind.\n\nBe quick.'])
  })

  it('keep the newest 64 KiB of the messages before them', () => {
    const long = { role: 'user', content: 'x'.repeat(20_000) }
    const turns = read(long, long, long, long, asked, answered)
    expect(turns.at(-1)).toMatchObject({ earlierCut: 1, earlier: [{}, {}, {}] })
  })
})
