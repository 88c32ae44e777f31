import type { FastifyInstance } from 'fastify'
import { beforeEach, describe, expect, it } from 'vitest'
import type { HttpApi } from '#runtime/service.ts'
import type { ChatLogged } from '#schemas/events.ts'
import { toChatLogged } from '#services/ingest/to-events.ts'
import { call } from '#test/support/data/turns.ts'
import { temporaryFolder } from '#test/support/folder.ts'
import { topic } from '#topology/topic-names.ts'
import { type Appended, now, openHttpApi, pseudonymOf, turn } from './http-api.make.ts'

let app: FastifyInstance
let api: HttpApi<'ingest'>
let appended: Appended[]
let failing: Error | null

beforeEach(async () => {
  appended = []
  failing = null
  ;({ app, api } = await openHttpApi(temporaryFolder(), async one => {
    if (failing) throw failing
    appended.push(one)
  }))
  appended = []
})

const post = (url: string, payload: object | string, type = 'application/json') =>
  app.inject({ method: 'POST', url, payload, headers: { 'content-type': type } })

describe('records', () => {
  it('an object is acknowledged once it is appended', async () => {
    const reply = await post('/v1/chat-logs', turn())
    expect(reply.statusCode).toBe(200)
    expect(reply.json()).toEqual({ accepted: 1, duplicates: 0, ids: [toChatLogged(turn(), now, pseudonymOf).id] })
    expect(appended).toMatchObject([{ topic: topic.chatLogs, events: [toChatLogged(turn(), now, pseudonymOf)] }])
  })

  it('an array keeps its order, and a repeated id in it is a duplicate', async () => {
    const reply = await post('/v1/chat-logs', [
      turn({ id: 'a' }),
      turn({ id: 'b' }),
      turn({ id: 'a', at: now - 1, latencyMs: 5 }),
    ])
    expect(reply.json()).toEqual({ accepted: 2, duplicates: 1, ids: ['a', 'b', 'a'] })
    expect(appended[0]?.events.map(event => [event.id, (event as ChatLogged).question])).toEqual([
      ['a', 'Price of AAPL?'],
      ['b', 'Price of AAPL?'],
    ])
  })

  it('NDJSON is one record a line, without the blank lines', async () => {
    const lines = `${JSON.stringify({ agent: 'desk', conversationId: 'c', rating: 'up', at: '2026-01-31T10:00:00+01:00' })}\n\n${JSON.stringify({ agent: 'desk', conversationId: 'c', rating: 'down' })}\r\n`
    const reply = await post('/v1/feedback', lines, 'application/x-ndjson; charset=utf-8')
    expect(reply.json()).toMatchObject({ accepted: 2 })
    expect(appended[0]?.events).toMatchObject([
      { rating: 'up', at: Date.UTC(2026, 0, 31, 9) },
      { rating: 'down', at: now },
    ])
  })

  it('records that were sent before or are in the log are acknowledged and not appended', async () => {
    await post('/v1/escalations', { agent: 'desk', conversationId: 'c', reason: 'angry' })
    api.onRecord?.({
      topic: topic.chatLogs,
      event: toChatLogged(turn({ id: 'elsewhere' }), now, pseudonymOf),
      timestamp: now,
      headers: {},
    })
    appended = []
    expect(
      (await post('/v1/escalations', { agent: 'desk', conversationId: 'c', reason: 'angry' })).json(),
    ).toMatchObject({ accepted: 0, duplicates: 1 })
    expect((await post('/v1/chat-logs', turn({ id: 'elsewhere' }))).json()).toMatchObject({
      accepted: 0,
      duplicates: 1,
    })
    expect(appended).toEqual([])
  })

  it('other content under a known id is refused by name, and what came first is kept', async () => {
    await post('/v1/chat-logs', turn({ id: 'a' }))
    api.onRecord?.({
      ...{ topic: topic.chatLogs, timestamp: now, headers: {} },
      event: toChatLogged(turn({ id: 'elsewhere' }), now, pseudonymOf),
    })
    appended = []
    const message = 'was sent before with other content, which is kept: send a correction under an id of its own'
    for (const id of ['a', 'elsewhere']) {
      const reply = await post('/v1/chat-logs', turn({ id, answer: 'It is 200.' }))
      expect([reply.statusCode, reply.json().error]).toEqual([
        409,
        { code: 'other_content', message: `id: ${id} ${message}` },
      ])
    }
    const twice = await post('/v1/chat-logs', [turn({ id: 'b' }), turn({ id: 'b', question: 'other' })])
    expect([twice.statusCode, twice.json().error.message]).toEqual([409, `[1].id: b ${message}`])
    expect(appended).toEqual([])
    const lines = [turn({ id: 'a' }), turn({ id: 'a', question: 'other' })].map(body => JSON.stringify(body))
    const stream = await post('/v1/chat-logs', lines.join('\n'), 'application/x-ndjson')
    expect([stream.statusCode, stream.json()]).toMatchObject([
      207,
      { accepted: 0, duplicates: 1, refused: 1, problems: [{ line: 2, code: 'other_content' }] },
    ])
  })

  it('a record whose append failed is not acknowledged, and is accepted when it is sent again', async () => {
    failing = new Error('disk full')
    expect((await post('/v1/chat-logs', turn())).statusCode).toBe(500)
    failing = null
    expect((await post('/v1/chat-logs', turn())).json()).toMatchObject({ accepted: 1 })
  })
})

describe('refusals name record, field and fix; nothing is appended', () => {
  it.each([
    ['an unknown field', [turn(), turn({ lang: 'en' })], '[1]: unknown field lang: remove it; known are id, agent,'],
    [
      'a nested unknown field',
      turn({ plan: { calls: [{ tool: 'quote' }], score: 1 } }),
      'plan: unknown field score: remove it',
    ],
    ['a missing field', [turn({ plan: { calls: [{ arguments: 'x' }] } })], '[0].plan.calls.0.tool: '],
    [
      'arguments that are no JSON',
      turn({ plan: { calls: [{ tool: 'quote', arguments: 7 }] } }),
      'must be JSON: an object',
    ],
    ['nothing that the agent did', turn({ plan: null }), 'steps: say what the agent did'],
    ['an empty question', turn({ question: ' \n' }), 'question: is empty: send some text'],
    ['a question too long', turn({ question: 'ü'.repeat(4097) }), 'question: longer than 8 KiB: shorten it'],
    ['seconds for milliseconds', turn({ at: 1_800_000_000 }), 'at: must be milliseconds (not seconds)'],
    ['the time of a clock that is not set', turn({ at: '1970-01-01T00:00:03Z' }), 'between 1973 and 2096'],
    ['a year in the distant future', turn({ at: '9999-12-31T23:59:59Z' }), 'between 1973 and 2096'],
    ['a date without zone', turn({ at: '2026-01-31 09:00' }), 'at: must be milliseconds (not seconds)'],
    ['a turn below 0', turn({ turn: -1 }), 'turn: '],
    ['no record', [], 'No record in the body'],
  ])('%s', async (_what, body, message) => {
    const reply = await post('/v1/chat-logs', body)
    expect(reply.statusCode).toBe(400)
    expect(reply.json().error.message).toContain(message)
    expect(appended).toEqual([])
  })

  it('an unknown agent is a 404 that says how to register it', async () => {
    const reply = await post('/v1/chat-logs', [turn(), turn({ agent: 'ghost' })])
    expect(reply.statusCode).toBe(404)
    expect(reply.json().error).toEqual({
      code: 'unknown_agent',
      message: '[1].agent: not registered; send PUT /v1/agents/ghost first',
    })
  })

  it('too many, not JSON, and other media types', async () => {
    expect(
      (
        await post(
          '/v1/chat-logs',
          Array.from({ length: 1001 }, () => turn()),
        )
      ).statusCode,
    ).toBe(413)
    expect((await post('/v1/chat-logs', '{"agent"')).json().error.code).toBe('not_json')
    expect((await post('/v1/chat-logs', 'agent=desk', 'text/plain')).statusCode).toBe(415)
  })

  it('are counted', async () => {
    await post('/v1/chat-logs', [turn(), turn()])
    await post('/v1/chat-logs', [turn({ turn: 1 }), turn({ question: '' })])
    const counts = (await app.inject('/v1/ingest/counts')).json()
    expect(counts[topic.chatLogs]).toEqual({ accepted: 1, duplicate: 1, refused: 2 })
    expect(counts.refusals).toEqual({ 'invalid question': 2 })
  })

  it('turns with wrong calls are accepted, marked and counted', async () => {
    const reply = await post('/v1/chat-logs', turn({ plan: { calls: [call('ghost', '{}'), call('quote', 'AAPL')] } }))
    expect(reply.json()).toMatchObject({ accepted: 1 })
    const problems = [{ call: 0, kind: 'unknownTool' }]
    expect(appended.at(-1)?.events).toMatchObject([{ steps: [{ problems }] }])
    const counts = (await app.inject('/v1/ingest/counts')).json()
    expect(counts.callProblems).toEqual({ unknownTool: 1, notJson: 0, schema: 0 })
  })
})

describe('hours', () => {
  const hours = async () => (await app.inject('/v1/ingest/hours')).json().hours
  const hour = now - (now % 3_600_000)
  const seen = (id: string, headers: Record<string, string>, timestamp = now) =>
    api.onRecord?.({ topic: topic.chatLogs, event: toChatLogged(turn({ id }), now, pseudonymOf), timestamp, headers })

  it('count acknowledged records, records in the log, and records of other writers', async () => {
    await post('/v1/chat-logs', [turn({ id: 'a' }), turn({ id: 'b' }), turn({ id: 'a' })])
    const of = (logged: number, direct: number) => [{ topic: topic.chatLogs, hour, accepted: 2, logged, direct }]
    expect(await hours()).toEqual(of(0, 0))
    // It arrived before the full hour and was appended after it: one hour, that of its arrival.
    seen('a', appended[0]?.headers ?? {}, hour + 3_600_000)
    seen('b', appended[0]?.headers ?? {})
    seen('direct', {})
    expect(await hours()).toEqual(of(2, 1))
    seen('of long ago', {}, now - 3_600_000_000)
    expect(await hours()).toEqual(of(2, 1))
    // What others write may be anything.
    api.onUnreadable?.({ topic: topic.chatLogs, timestamp: now, headers: {} })
    api.onUnreadable?.({ topic: topic.agents, timestamp: now, headers: {} })
    expect(await hours()).toEqual(of(2, 2))
  })

  it('say since when they are complete, where the start left out older records', async () => {
    const completeSince = async () => (await app.inject('/v1/ingest/hours')).json().completeSince
    expect(await completeSince()).toBeNull()
    api.newest?.onLeftOut(now - 1_000)
    expect(await completeSince()).toBe(now - 1_000)
  })

  it('do not count a record that was not acknowledged', async () => {
    failing = new Error('disk full')
    await post('/v1/chat-logs', turn())
    expect(await hours()).toEqual([])
  })
})
