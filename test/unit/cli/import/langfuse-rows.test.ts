import { expect, it } from 'vitest'
import { call } from '#test/support/data/turns.ts'
import { example, exampleTurns, file, jsonl, recordsOf, refusal } from './source.make.ts'

const trace = { id: 't1', sessionId: 's1', userId: 'u1', timestamp: '2026-01-31T09:30:00.000Z' }
const observation = (id: string, type: string, second: number, over: object) => ({
  ...{ id, type, traceId: 't1', startTime: `2026-01-31T09:30:0${second}.000Z` },
  ...{ endTime: `2026-01-31T09:30:0${second}.500Z`, ...over },
})
const observations = [
  observation('o3', 'GENERATION', 3, { input: { messages: example.slice(0, 6) }, output: example[6] }),
  observation('o1', 'GENERATION', 1, { input: example.slice(0, 4), output: JSON.stringify(example[4]) }),
  observation('o2', 'TOOL', 2, { name: 'quote', input: { symbol: 'AAPL' } }),
  observation('o0', 'SPAN', 0, { name: 'request', input: { path: '/' } }),
]
const snake = (value: object): object =>
  Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`),
      typeof inner === 'string' ? inner.replace(/^(\S+)T(\S+)Z$/, '$1 $2000') : JSON.stringify(inner),
    ]),
  )
it.each([
  ['the file of a trace', 'a.json', JSON.stringify({ trace, observations })],
  ['a trace of its API', 'a.json', JSON.stringify({ ...trace, observations })],
  [
    'a page of observations',
    'a.json',
    JSON.stringify({ data: observations.map(one => ({ ...trace, ...one })), meta: {} }),
  ],
  ['the tables as JSONL', 'a.jsonl', jsonl(...observations, trace)],
  ['the blob storage', 'a.jsonl', jsonl(...observations.map(one => snake({ ...one, sessionId: 's1', userId: 'u1' })))],
])('%s', async (_what, name, text) => {
  expect(await recordsOf(file(name, text), 'langfuse')).toEqual([
    {
      ...exampleTurns[1],
      ...{ id: expect.any(String), conversationId: 's1', userId: 'u1' },
      ...{ at: Date.UTC(2026, 0, 31, 9, 30, 3, 500), latencyMs: 2500, source: 'langfuse' },
    },
  ])
})

const csvOf = (rows: readonly Readonly<Record<string, unknown>>[], written: (value: unknown) => string): string => {
  const columns = [...new Set(rows.flatMap(row => Object.keys(row)))]
  const lines = rows.map(row => columns.map(column => (row[column] === undefined ? '' : written(row[column]))))
  return [columns, ...lines].map(cells => cells.map(cell => `"${cell.replaceAll('"', '""')}"`).join(',')).join('\n')
}
it.each([
  ['texts unquoted', (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value))],
  ['texts as JSON', (value: unknown) => JSON.stringify(value)],
])('the tables as CSV, with %s', async (_what, written) => {
  const whole = await recordsOf(file('a.json', JSON.stringify({ trace, observations })), 'langfuse')
  expect(await recordsOf(file('a.csv', csvOf([...observations, trace], written)), 'langfuse')).toEqual(whole)
})

it('a turn whose texts only the trace has', async () => {
  const rows = jsonl(
    { ...trace, input: 'Price of AAPL?', output: 'It is 200.' },
    observation('o', 'TOOL', 1, { name: 'quote', input: 'AAPL' }),
  )
  const whole = { ...trace, input: 'Price of AAPL?', output: 'It is 200.' }
  expect(await recordsOf(file('a.jsonl', rows), 'langfuse')).toMatchObject([
    {
      question: 'Price of AAPL?',
      steps: [{ calls: [call('quote', 'AAPL')] }, { calls: [], text: 'It is 200.' }],
      answer: 'It is 200.',
    },
  ])
  expect(await recordsOf(file('a.jsonl', jsonl(whole)), 'langfuse')).toMatchObject([
    { question: 'Price of AAPL?', steps: [{ calls: [], text: 'It is 200.' }], answer: 'It is 200.' },
  ])
  const asked = { ...trace, input: 'Price of AAPL?' }
  expect(await refusal(file('a.jsonl', jsonl(asked)), 'langfuse')).toContain('no turn has an answer of the agent')
})
