import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { describe, expect, it } from 'vitest'
import { createProgress } from '#services/_cli/import-progress.ts'
import { type Batch, openSource } from '#services/_cli/import-source.ts'
import { temporaryFolder } from '#test/support/folder.ts'
import { topic } from '#topology/names.ts'

const file = (name: string, text: string): string => {
  const path = join(temporaryFolder(), name)
  writeFileSync(path, text)
  return path
}
const jsonl = (...values: readonly object[]): string => values.map(value => `${JSON.stringify(value)}\n`).join('')
const open = (path: string, format?: string) =>
  openSource(path, { agent: 'desk', kind: topic.chatLogs, ...(format && { format }) })

/** All records of a file, in order. */
async function recordsOf(path: string, format?: string, from = 0): Promise<Record<string, unknown>[]> {
  const batches: Batch[] = []
  for await (const batch of open(path, format).batches(from)) batches.push(batch)
  return batches.flatMap(({ records }) => records.map(record => JSON.parse(record)))
}
const refusal = async (path: string, format?: string): Promise<string> =>
  open(path, format)
    .check(() => {})
    .then(
      () => 'no refusal',
      error => error.message,
    )

const turn = { question: 'Price of AAPL?', plan: { tool: 'quote', argument: 'AAPL' } }
const complete = { ...turn, agent: 'desk', turn: 0, source: 'import', conversationId: expect.any(String) }

describe('rows as bodies', () => {
  it('CSV: dotted columns nest, empty cells are absent, numbers are numbers', async () => {
    const csv =
      'question,plan.tool,plan.argument,plan.margin,turn,userId,earlier\n"Price of AAPL?",quote,AAPL,0.5,3,,"[""Hi""]"\n'
    expect(await recordsOf(file('a.csv', csv))).toEqual([
      { ...complete, turn: 3, earlier: ['Hi'], plan: { ...turn.plan, margin: 0.5 } },
    ])
  })

  it('JSONL', async () => {
    const lines = jsonl({ ...turn, conversationId: 'c', turn: null }, { ...turn, source: 'old' })
    expect(await recordsOf(file('a.ndjson', lines))).toEqual([
      { ...complete, conversationId: 'c' },
      { ...complete, source: 'old' },
    ])
  })

  it('Parquet: structs and dotted columns, lists, 64-bit numbers and times', async () => {
    const path = join(temporaryFolder(), 'a.parquet')
    const connection = await (await DuckDBInstance.create()).connect()
    await connection.run(
      `COPY (SELECT 'q' || i AS question, {tool: 'quote', argument: 'a' || i} AS plan, i AS turn, ['x', 'y'] AS earlier,
        NULL::VARCHAR AS answer, TIMESTAMP '2026-01-31 09:30:00' AS at, 'c' AS conversationId, 2.5 AS latencyMs
        FROM range(3000) t(i)) TO '${path}' (FORMAT parquet, COMPRESSION zstd)`,
    )
    connection.closeSync()
    const records = await recordsOf(path)
    expect(records).toHaveLength(3000)
    expect(records.map(({ turn }) => turn)).toEqual(Array.from({ length: 3000 }, (_none, at) => at))
    expect(records[7]).toEqual({
      ...{ agent: 'desk', conversationId: 'c', question: 'q7', plan: { tool: 'quote', argument: 'a7' }, turn: 7 },
      ...{ earlier: ['x', 'y'], at: Date.UTC(2026, 0, 31, 9, 30), latencyMs: 2.5, source: 'import' },
    })
  })

  const call = { type: 'function', id: 'c', function: { name: 'quote', arguments: '{"symbol":"AAPL"}' } }
  const example = [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'Hi' },
    { role: 'assistant', content: 'Hello!' },
    { role: 'user', content: 'Price of AAPL?' },
    { role: 'assistant', tool_calls: [call] },
    { role: 'tool', tool_call_id: 'c', content: '200' },
    { role: 'assistant', content: 'It is 200.' },
  ]

  it('OpenAI fine-tuning: the turns of an example for which a tool was called', async () => {
    const path = file('a.jsonl', jsonl({ messages: example, tools: [] }, { messages: example.slice(0, 3) }))
    expect(await recordsOf(path, 'openai')).toEqual([{ ...complete, turn: 1, earlier: ['Hi'], answer: 'It is 200.' }])
    expect(await open(path, 'openai').check(() => {})).toEqual({ rows: 2, skipped: 1 })
  })

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
    [
      'the blob storage',
      'a.jsonl',
      jsonl(...observations.map(one => snake({ ...one, sessionId: 's1', userId: 'u1' }))),
    ],
  ])('Langfuse: %s', async (_what, name, text) => {
    expect(await recordsOf(file(name, text), 'langfuse')).toEqual([
      {
        ...complete,
        ...{
          id: expect.any(String),
          conversationId: 's1',
          userId: 'u1',
          turn: 1,
          earlier: ['Hi'],
          answer: 'It is 200.',
        },
        ...{ at: Date.UTC(2026, 0, 31, 9, 30, 3, 500), latencyMs: 2500, source: 'langfuse' },
      },
    ])
  })

  it('Langfuse: what only the trace and a tool say', async () => {
    const rows = jsonl(
      { ...trace, input: 'Price of AAPL?', output: 'It is 200.' },
      observation('o', 'TOOL', 1, { name: 'quote', input: 'AAPL' }),
    )
    const whole = { ...trace, input: 'Price of AAPL?', output: 'It is 200.' }
    expect(await recordsOf(file('a.jsonl', rows), 'langfuse')).toMatchObject([{ ...turn, answer: 'It is 200.' }])
    expect(await refusal(file('a.jsonl', jsonl(whole)), 'langfuse')).toContain('no turn calls a tool')
  })
})

describe('a file', () => {
  it('gives the same row the same id each time, and other rows other ids', async () => {
    const path = file('a.jsonl', jsonl(turn, turn))
    const ids = (await recordsOf(path)).map(({ conversationId }) => conversationId)
    expect((await recordsOf(path)).map(({ conversationId }) => conversationId)).toEqual(ids)
    expect(new Set(ids).size).toBe(2)
  })

  it('is cut into requests that an ingest takes, and goes on behind any of them', async () => {
    const path = file(
      'a.jsonl',
      jsonl(...Array.from({ length: 1201 }, (_none, at) => ({ ...turn, question: `q${at}` }))),
    )
    const batches: Batch[] = []
    for await (const batch of open(path).batches(0)) batches.push(batch)
    expect(batches.map(({ records, end }) => [records.length, end])).toEqual([
      [500, 500],
      [500, 1000],
      [201, 1201],
    ])
    const questions = (await recordsOf(path, undefined, 1000)).map(({ question }) => question)
    expect([questions.length, questions[0]]).toEqual([201, 'q1000'])
  })

  it('with bad rows is refused with all their places, the first 20 by name', async () => {
    const lines = [turn, { ...turn, question: 7 }, ...Array.from({ length: 25 }, () => ({ plan: turn.plan }))]
    const said = (await refusal(file('a.jsonl', `${jsonl(...lines)}{"question\n[1]\n`))).split('\n')
    expect(said).toHaveLength(21)
    expect(said[0]).toMatch(/a\.jsonl line 2: question: /)
    expect(said[1]).toMatch(/a\.jsonl line 3: question: /)
    expect(said[20]).toBe('and 8 more rows')
  })

  it.each([
    ['an unknown name', 'a.txt', 'x', undefined, /what kind of file is this\? Name it \.csv, /],
    ['no rows', 'a.csv', 'question\n', undefined, /no rows/],
    ['ragged CSV', 'a.csv', 'question,turn\na,1,2\n', undefined, /Invalid Record Length/],
    ['no Parquet', 'a.parquet', 'x', undefined, /a\.parquet: .*/],
    ['no OpenAI example', 'a.jsonl', jsonl({ prompt: 'x' }), 'openai', /line 1: messages: missing/],
    ['no Langfuse export', 'a.jsonl', jsonl({ name: 'x' }), 'langfuse', /line 1: neither a trace/],
  ])('%s is one clear line', async (_what, name, text, format, message) => {
    const path = file(name, text)
    const said = await Promise.resolve()
      .then(() => refusal(path, format))
      .catch(error => error.message)
    expect(said).toMatch(message)
    expect(said.split('\n')).toHaveLength(1)
  })
})

describe('progress', () => {
  const lines = (isTTY: boolean, tell: (progress: ReturnType<typeof createProgress>) => void) => {
    const written: string[] = []
    let time = 0
    tell(createProgress({ isTTY, write: (text: string) => written.push(text) > 0 }, () => (time += 1000)))
    return written
  }
  it('is a bar in a terminal', () => {
    const written = lines(true, progress => {
      progress.checked(1)
      progress.sent(500, 2000)
      progress.sent(2000, 2000)
      progress.end()
    })
    expect(written).toEqual([
      '\r\u001b[2Kchecking: 1 rows',
      `\r\u001b[2K[${'#'.repeat(7)}${'.'.repeat(23)}] 25%  500 of 2,000 rows`,
      `\r\u001b[2K[${'#'.repeat(30)}] 100%  2,000 of 2,000 rows`,
      '\n',
    ])
  })

  it('is a line for each tenth elsewhere', () => {
    const written = lines(false, progress => {
      progress.checked(1)
      for (let row = 1; row <= 100; row++) progress.sent(row * 10, 1000)
      progress.end('done')
    })
    expect(written).toHaveLength(11)
    expect(written[0]).toBe('sent 100 of 1,000 rows\n')
    expect(written[10]).toBe('done\n')
  })
})
