import { describe, expect, it } from 'vitest'
import { readConversation } from '#dialects/conversations/conversation.ts'
import { UnreadableConversation } from '#dialects/conversations/form.ts'
import { type ChatTurn, isAnswered, splitTurns } from '#dialects/turns.ts'
import { parseExactly } from '#runtime/core/json.ts'
import { type Expected, shapes } from './shapes.ts'
import { type Writer, writers } from './writers.ts'

/** What a dialect can say of a turn. */
const sayable = (expected: Expected, { withoutIds, error, resultText }: Writer): Expected => ({
  ...expected,
  calls: expected.calls.map(calls => calls.map(call => (withoutIds ? { ...call, id: null } : call))),
  results: expected.results.map(({ callId, text, isError }) => ({
    callId: withoutIds ? null : callId,
    text: resultText ? resultText(text, isError) : text,
    isError: error === 'never' || (error === 'if one' && isError !== true) ? null : isError,
  })),
})
const readOf = ({ question, prompt, steps, answer }: ChatTurn): Expected => ({
  ...{ question, prompt, answer },
  calls: steps.map(({ calls }) => calls),
  results: steps.flatMap(({ results }) => results),
})

describe.each(Object.entries(writers))('%s', (_name, writer) => {
  it.each(Object.entries(shapes))('%s', (_shape, { messages, turns }) => {
    const wire = JSON.stringify(writer.write(messages))
    const read = () =>
      splitTurns(readConversation(parseExactly(wire)))
        .filter(isAnswered)
        .map(readOf)
    if (turns !== 'refused') expect(read()).toEqual(turns.map(turn => sayable(turn, writer)))
    else {
      expect(read).toThrow(UnreadableConversation)
      expect(read).toThrow('hologram')
    }
  })
})

describe('a role with the name of an inherited property', () => {
  it.each([
    ['ai-sdk', { role: 'constructor', content: 'hi' }],
    ['gemini', { role: 'toString', parts: [{ text: 'hi' }] }],
    ['opentelemetry', { role: 'valueOf', parts: [{ type: 'text', content: 'hi' }] }],
    ['langchain', { type: 'constructor', content: 'hi' }],
    ['sharegpt', { from: 'constructor', value: 'hi' }],
  ] as const)('is unknown to %s', (dialect, message) => {
    expect(() => readConversation([message], dialect)).toThrow(/unknown role/)
  })
})
