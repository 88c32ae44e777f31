import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { DuckDBInstance } from '@duckdb/node-api'
import { describe, expect, it } from 'vitest'
import type { ImportFormatName } from '#services/_cli/import/format-names.ts'
import type { ImportBatch } from '#services/_cli/import/source.ts'
import { call, userMessage } from '#test/support/data/turns.ts'
import { temporaryFolder } from '#test/support/folder.ts'
import { complete, example, exampleTurns, file, jsonl, open, recordsOf, refusal, turn } from './source.make.ts'

/** A value as JSON in a cell of CSV. */
const cell = (value: object): string => `"${JSON.stringify(value).replaceAll('"', '""')}"`

describe('rows as bodies', () => {
  it('CSV: dotted columns nest, empty cells are absent, numbers are numbers', async () => {
    const csv = `question,plan.calls,plan.margin,turn,userId,earlier\n"Price of AAPL?",${cell(turn.plan.calls)},0.5,3,,${cell([userMessage('Hi')])}\n`
    expect(await recordsOf(file('a.csv', csv))).toEqual([
      { ...complete, turn: 3, earlier: [userMessage('Hi')], plan: { ...turn.plan, margin: 0.5 } },
    ])
  })

  it('CSV: calls may have no arguments and no id, and times are in milliseconds too', async () => {
    const csv = `question,plan.calls,at\nWhat do I own?,${cell([{ tool: 'holdings' }])},1763977329000\n`
    expect(await recordsOf(file('a.csv', csv))).toEqual([
      { ...complete, question: 'What do I own?', at: 1763977329000, plan: { calls: [{ tool: 'holdings' }] } },
    ])
  })

  it.each(['a.csv', 'a.jsonl'])(
    '%s: a byte order mark is skipped, and Unicode separators do not end a line',
    async name => {
      const question = 'one\u2028two\u2029three\u0085four'
      const csv = `question,plan.calls\r\n"${question}",${cell(turn.plan.calls)}\r\n`
      const text = name === 'a.csv' ? csv : `${JSON.stringify({ ...turn, question })}\r\n`
      expect(await recordsOf(file(name, `\ufeff${text}`))).toEqual([{ ...complete, question }])
    },
  )

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
      `COPY (SELECT 'q' || i AS question, {calls: [{id: NULL::VARCHAR, tool: 'quote', arguments: 'a' || i}]} AS plan, i AS turn,
        [{role: 'user', text: 'x'}] AS earlier,
        NULL::VARCHAR AS answer, TIMESTAMP '2026-01-31 09:30:00' AS at, 'c' AS conversationId, 2.5 AS latencyMs
        FROM range(3000) t(i)) TO '${path}' (FORMAT parquet, COMPRESSION zstd)`,
    )
    connection.closeSync()
    const records = await recordsOf(path)
    expect(records).toHaveLength(3000)
    expect(records.map(({ turn }) => turn)).toEqual(Array.from({ length: 3000 }, (_none, at) => at))
    expect(records[7]).toEqual({
      ...{ agent: 'desk', conversationId: 'c', question: 'q7', plan: { calls: [call('quote', 'a7')] }, turn: 7 },
      ...{ earlier: [{ role: 'user', text: 'x' }], at: Date.UTC(2026, 0, 31, 9, 30), latencyMs: 2.5, source: 'import' },
    })
  })

  it('OpenAI fine-tuning: the turns of an example that the assistant answered, with a tool or without', async () => {
    const path = file('a.jsonl', jsonl({ messages: example, tools: [] }, { messages: example.slice(0, 2) }))
    expect(await recordsOf(path, 'openai')).toEqual(exampleTurns)
    expect(await (await open(path, 'openai')).check(() => {})).toEqual({ rows: 2, skipped: 1, bad: 0 })
  })

  it('conversations: each row in its own dialect, without a format', async () => {
    const asked = { question: 'Refund it', prompt: 'Be brief.' }
    const input = { order: 7 }
    const rows = [
      {
        id: 'a',
        system: 'Be brief.',
        messages: [
          { role: 'user', content: 'Refund it' },
          { role: 'assistant', content: [{ type: 'tool_use', id: 'c', name: 'refund', input }] },
        ],
      },
      {
        id: 'b',
        systemInstruction: { parts: [{ text: 'Be brief.' }] },
        contents: [
          { role: 'user', parts: [{ text: 'Refund it' }] },
          { role: 'model', parts: [{ functionCall: { id: 'c', name: 'refund', args: input } }] },
        ],
      },
    ]
    // The digits of a double would end in 110.
    const path = file('a.jsonl', jsonl(...rows).replaceAll('"order":7', '"order":107505301260286111'))
    const steps = [{ calls: [call('refund', '{"order":107505301260286111}', 'c')] }]
    expect(await recordsOf(path)).toMatchObject([
      { ...asked, steps, conversationId: 'a' },
      { ...asked, steps, conversationId: 'b' },
    ])
  })

  it('a conversation with a shape that is not known is refused with its position', async () => {
    const hologram = { role: 'assistant', content: [{ type: 'hologram' }] }
    const path = file('a.jsonl', jsonl({ messages: [{ role: 'user', content: 'Hi' }, hologram] }))
    expect(await refusal(path)).toContain('line 1: messages[1].content[0]: unknown part hologram')
  })
})

describe('a file', () => {
  it('has a conversation id for each row, the same each time', async () => {
    const path = file('a.jsonl', jsonl(turn, turn))
    const ids = (await recordsOf(path)).map(({ conversationId }) => conversationId)
    expect((await recordsOf(path)).map(({ conversationId }) => conversationId)).toEqual(ids)
    expect(new Set(ids).size).toBe(2)
  })

  it('is split into requests of at most 500 records, and can be continued after any of them', async () => {
    const path = file(
      'a.jsonl',
      jsonl(...Array.from({ length: 1201 }, (_none, at) => ({ ...turn, question: `q${at}` }))),
    )
    const batches: ImportBatch[] = []
    for await (const batch of (await open(path)).batches(0)) batches.push(batch)
    expect(batches.map(({ records, end }) => [records.length, end])).toEqual([
      [500, 500],
      [500, 1000],
      [201, 1201],
    ])
    const questions = (await recordsOf(path, undefined, 1000)).map(({ question }) => question)
    expect([questions.length, questions[0]]).toEqual([201, 'q1000'])
  })

  it('with bad rows is refused, and the first 20 are listed with their positions', async () => {
    const lines = [turn, { ...turn, question: 7 }, ...Array.from({ length: 25 }, () => ({ plan: turn.plan }))]
    const said = (await refusal(file('a.jsonl', `${jsonl(...lines)}{"question\n[1]\n`))).split('\n')
    expect(said).toHaveLength(21)
    expect(said[0]).toMatch(/a\.jsonl line 2: question: /)
    expect(said[1]).toMatch(/a\.jsonl line 3: question: /)
    expect(said[20]).toBe('and 8 more rows')
  })

  it.each<[string, string, string | Buffer, ImportFormatName | undefined, RegExp]>([
    ['an unknown extension', 'a.txt', 'x', undefined, /not recognised: neither JSON nor Parquet.*give --format/],
    ['no rows', 'a.csv', 'question\n', undefined, /no rows/],
    ['CSV with other columns', 'a.csv', 'question,topic\na,1\n', undefined, /line 2: .*unknown field topic/],
    [
      'CSV with two columns of one name',
      'a.csv',
      'answer,question,answer\na,b,c\n',
      undefined,
      /two columns have the name answer: rename/,
    ],
    [
      'half a gzip file',
      'a.csv.gz',
      gzipSync('question,answer\na,b\n').subarray(0, 20),
      undefined,
      /a\.csv\.gz: unexpected end of file/,
    ],
    [
      'half an array',
      'a.json',
      '[\n{"question":',
      undefined,
      /a\.json: begins as one JSON value over several lines and is not/,
    ],
    [
      'CSV in Latin 1',
      'a.csv',
      Buffer.from('question\ncaf\xe9\n', 'latin1'),
      undefined,
      /not valid for encoding utf-8/,
    ],
    [
      'JSONL in Latin 1',
      'a.jsonl',
      Buffer.from('{"question":"\xe9"}', 'latin1'),
      undefined,
      /line 1: not JSON in UTF-8/,
    ],
    ['ragged CSV', 'a.csv', 'question,turn\na,1,2\n', undefined, /Invalid Record Length/],
    ['a file that is not Parquet', 'a.parquet', 'x', undefined, /a\.parquet: .*/],
    ['a row that is no OpenAI example', 'a.jsonl', jsonl({ prompt: 'x' }), 'openai', /line 1: no messages: send them/],
    ['a row that is not of Langfuse', 'a.jsonl', jsonl({ name: 'x' }), 'langfuse', /line 1: neither a trace/],
  ])('%s: refused with one line', async (_what, name, text, format, message) => {
    const path = file(name, text)
    const said = await Promise.resolve()
      .then(() => refusal(path, format))
      .catch(error => error.message)
    expect(said).toMatch(message)
    expect(said.split('\n')).toHaveLength(1)
  })
})
