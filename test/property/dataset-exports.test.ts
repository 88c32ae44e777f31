import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readConversation } from '#dialects/conversations/conversation.ts'
import type { ConversationMessage } from '#dialects/conversations/form.ts'
import type { Call, Message } from '#schemas/events.ts'
import type { DatasetRow } from '#schemas/objects.ts'
import { chatRow } from '#services/_cli/datasets/chat-row.ts'
import { openaiLine } from '#services/_cli/datasets/openai.ts'
import { peftLine } from '#services/_cli/datasets/peft.ts'
import { sharegptLine } from '#services/_cli/datasets/sharegpt.ts'

const text = fc.string({ unit: 'grapheme', maxLength: 30 })
const callOf = (id: string | null): fc.Arbitrary<Call> =>
  fc.record({
    id: fc.constant(id),
    tool: fc.stringMatching(/^[a-z_]{1,12}$/),
    arguments: fc.oneof(
      fc.json(),
      fc.bigInt({ min: 0n, max: 2n ** 64n }).map(number => `{"id": ${number}}`),
    ),
  })

/** Messages of a user, and steps with up to three calls and the result of each, with ids or without. */
const conversations = fc
  .tuple(
    fc.boolean(),
    fc.array(
      fc.oneof(
        { weight: 1, arbitrary: text.map(said => ({ said })) },
        { weight: 2, arbitrary: fc.record({ text, calls: fc.array(callOf(null), { maxLength: 3 }) }) },
      ),
      { maxLength: 8 },
    ),
  )
  .map(([named, parts]) => {
    const messages: Message[] = [{ role: 'user', text: 'hello', calls: [], callId: null }]
    parts.forEach((part, at) => {
      if ('said' in part) messages.push({ role: 'user', text: part.said, calls: [], callId: null })
      else {
        const calls = part.calls.map((call, place) => ({ ...call, id: named ? `id-${at}-${place}` : null }))
        messages.push({ role: 'assistant', text: part.text, calls, callId: null })
        for (const { id } of calls) messages.push({ role: 'tool', text: `found ${id}`, calls: [], callId: id })
      }
    })
    return { named, messages }
  })

const rows = fc.record({
  conversation: conversations,
  calls: fc.array(callOf('right'), { minLength: 1, maxLength: 2 }),
})

const withoutIds = (messages: readonly Pick<ConversationMessage, 'role' | 'text' | 'calls'>[]): object[] =>
  messages.map(({ role, text, calls }) => ({ role, text, calls: calls.map(call => ({ ...call, id: null })) }))

test('a line of OpenAI fine-tuning holds the messages and calls of its row, read as import reads it', () => {
  fc.assert(
    fc.property(rows, ({ conversation: { named, messages }, calls }) => {
      const row: DatasetRow = { id: 'r', family: 'f', messages, calls, synthetic: false, inclusionProbability: 1 }
      const chat = chatRow(row, null)
      if (typeof chat === 'string') throw new Error(chat)
      const read = readConversation(JSON.parse(openaiLine(chat, [])), 'openai')
      const right: Message = { role: 'assistant', text: '', calls, callId: null }
      const expected = [...messages, right]
      if (named) expect(read).toEqual(expected.map(message => ({ ...message, isError: null })))
      else expect(withoutIds(read)).toEqual(withoutIds(expected))
    }),
    { seed: 15 },
  )
})

const digits = fc.bigInt({ min: 2n ** 53n, max: 2n ** 64n }).map(String)

test.each([
  ['peft', peftLine],
  ['sharegpt', sharegptLine],
] as const)('a line of %s keeps all digits of arguments, and arguments that are not JSON', (_name, lineOf) => {
  fc.assert(
    fc.property(digits, number => {
      const calls = [
        { id: 'a', tool: 'pay', arguments: `{"id": ${number}}` },
        { id: 'b', tool: 'find', arguments: `not "JSON"` },
      ]
      const messages: Message[] = [{ role: 'user', text: 'hello', calls: [], callId: null }]
      const row: DatasetRow = { id: 'r', family: 'f', messages, calls, synthetic: false, inclusionProbability: 1 }
      const chat = chatRow(row, null)
      if (typeof chat === 'string') throw new Error(chat)
      const line = lineOf(chat, [])
      expect(line.replaceAll('\\"', '"')).toContain(`"name":"pay","arguments":{"id":${number}}`)
      const parsed = JSON.parse(line)
      const read = readConversation(parsed.completion ?? parsed)
      expect(read.flatMap(message => message.calls.map(call => call.tool))).toEqual(['pay', 'find'])
      expect(read.at(-1)?.calls[1]?.arguments).toBe(`not "JSON"`)
    }),
    { seed: 15 },
  )
})
