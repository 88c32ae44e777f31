import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { ImportFormatName } from '#services/_cli/import/format-names.ts'
import { type ImportBatch, openImportSource } from '#services/_cli/import/source.ts'
import { call, userMessage } from '#test/support/data/turns.ts'
import { temporaryFolder } from '#test/support/folder.ts'
import { topic } from '#topology/topic-names.ts'

/** A file of that name in a folder of its own. */
export const file = (name: string, text: string | Buffer): string => {
  const path = join(temporaryFolder(), name)
  writeFileSync(path, text)
  return path
}
/** Each value as a line. */
export const jsonl = (...values: readonly object[]): string =>
  values.map(value => `${JSON.stringify(value)}\n`).join('')
/** The file as a source of chats of the agent desk. */
export const open = (path: string, format?: ImportFormatName) =>
  openImportSource(path, { agent: 'desk', kind: topic.chatLogs, ...(format && { format }) })

/** All records of a file, in order. */
export async function recordsOf(path: string, format?: ImportFormatName, from = 0): Promise<Record<string, unknown>[]> {
  const batches: ImportBatch[] = []
  for await (const batch of (await open(path, format)).batches(from)) batches.push(batch)
  return batches.flatMap(({ records }) => records.map(({ json }) => JSON.parse(json)))
}
/** What is said of a file that is not taken. */
export const refusal = async (path: string, format?: ImportFormatName): Promise<string> =>
  open(path, format)
    .then(source => source.check(() => {}))
    .then(
      () => 'no refusal',
      error => error.message,
    )

/** A row, and what is sent for it. */
const sent = { agent: 'desk', turn: 0, source: 'import', conversationId: expect.any(String) }
export const turn = { question: 'Price of AAPL?', plan: { calls: [call('quote', 'AAPL')] } }
export const complete = { ...turn, ...sent }

const quote = { type: 'function', id: 'c', function: { name: 'quote', arguments: '{"symbol":"AAPL"}' } }
/** A conversation as OpenAI's chat API has it; the second turn calls a tool. */
export const example = [
  { role: 'system', content: 'Be brief.' },
  { role: 'user', content: 'Hi' },
  { role: 'assistant', content: 'Hello!' },
  { role: 'user', content: 'Price of AAPL?' },
  { role: 'assistant', tool_calls: [quote] },
  { role: 'tool', tool_call_id: 'c', content: '200' },
  { role: 'assistant', content: 'It is 200.' },
]

/** What is sent for its turns. */
const before = { prompt: 'Be brief.', earlierCut: 0 }
const step = { stage: 'planner', calls: [], results: [], text: null }
export const exampleTurns = [
  { ...sent, ...before, question: 'Hi', earlier: [], steps: [{ ...step, text: 'Hello!' }], answer: 'Hello!' },
  {
    ...{ ...sent, ...before, question: 'Price of AAPL?', turn: 1, answer: 'It is 200.' },
    earlier: [userMessage('Hi'), { ...userMessage('Hello!'), role: 'assistant' }],
    steps: [
      {
        ...{ ...step, calls: [call('quote', '{"symbol":"AAPL"}', 'c')] },
        results: [{ callId: 'c', text: '200', isError: null }],
      },
      { ...step, text: 'It is 200.' },
    ],
  },
]
