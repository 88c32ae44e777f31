import { expect, test } from 'vitest'
import type { DatasetRow } from '#schemas/objects.ts'
import { chatRow } from '#services/_cli/datasets/chat-row.ts'
import { openaiLine } from '#services/_cli/datasets/openai.ts'
import { call, userMessage } from '#test/support/data/turns.ts'

const rowOf = (fields: Partial<DatasetRow>): DatasetRow => ({
  ...{ id: 'r', family: 'f', messages: [userMessage('Where is it?')], calls: [call('track', '{"id":1}', 'a')] },
  ...{ synthetic: false, inclusionProbability: 1, ...fields },
})

function lineOf(fields: Partial<DatasetRow>, schema: string | null = null): string {
  const chat = chatRow(rowOf(fields), 'Be brief.')
  if (typeof chat === 'string') throw new Error(chat)
  return openaiLine(chat, [{ name: 'track', description: 'Finds parcels.', argumentSchema: schema }])
}

test('only the right message has weight 1, and the system prompt comes first', () => {
  const said = { role: 'assistant', text: 'Let me look.', calls: [], callId: null } as const
  const { messages } = JSON.parse(lineOf({ messages: [userMessage('Hi'), said, userMessage('Where is it?')] }))
  expect(messages).toEqual([
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'Hi' },
    { role: 'assistant', content: 'Let me look.', weight: 0 },
    { role: 'user', content: 'Where is it?' },
    {
      role: 'assistant',
      content: null,
      tool_calls: [{ id: 'a', type: 'function', function: { name: 'track', arguments: '{"id":1}' } }],
      weight: 1,
    },
  ])
})

test('where no call is right, the answer is learnt', () => {
  const { messages } = JSON.parse(lineOf({ calls: [], answer: 'It arrives today.' }))
  expect(messages.at(-1)).toEqual({ role: 'assistant', content: 'It arrives today.', weight: 1 })
})

test('digits and escaped quotes of a schema stay, and its line breaks do not', () => {
  const line = lineOf({}, '{\n  "title": "a \\"b\\"  c",\n  "maximum": 18446744073709551615\n}')
  expect(line).toContain('"parameters":{"title":"a \\"b\\"  c","maximum":18446744073709551615}')
  expect(line.indexOf('\n')).toBe(line.length - 1)
})

test('rows that cannot be a chat are named', () => {
  expect(chatRow(rowOf({ calls: [] }), null)).toBe('no call is right, and nobody wrote the answer')
  const orphan = { role: 'tool', text: 'found', calls: [], callId: 'b' } as const
  expect(chatRow(rowOf({ messages: [orphan, userMessage('And now?')] }), null)).toBe(
    'a result whose call is not in the messages',
  )
})
