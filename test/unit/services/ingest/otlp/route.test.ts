import { gzipSync } from 'node:zlib'
import type { FastifyInstance } from 'fastify'
import { beforeEach, describe, expect, it } from 'vitest'
import { bodyLimit } from '#runtime/http/admission.ts'
import { readTraceparent } from '#runtime/telemetry/traceparent.ts'
import { callerTraceHeaders } from '#runtime/telemetry/tracing.ts'
import { temporaryFolder } from '#test/support/folder.ts'
import { called, messages, traceId, user } from '#test/unit/dialects/otel/spans.make.ts'
import { topic } from '#topology/topic-names.ts'
import { type Appended, openHttpApi } from '../http-api.make.ts'

let app: FastifyInstance
let appended: Appended[]
let traces: (string | undefined)[]
let failing: Error | null

beforeEach(async () => {
  appended = []
  traces = []
  failing = null
  ;({ app } = await openHttpApi(temporaryFolder(), async one => {
    if (failing) throw failing
    appended.push(one)
    traces.push(callerTraceHeaders()?.traceparent)
  }))
  appended = []
  traces = []
})

const json = 'application/json'
const protobuf = 'application/x-protobuf'
const send = (payload: string | Buffer, type = json, encoding?: string) => {
  const headers = { 'content-type': type, ...(encoding && { 'content-encoding': encoding }) }
  return app.inject({ method: 'POST', url: '/v1/traces', payload, headers })
}

const value = (stringValue: string) => ({ stringValue })
/** One chat span in the JSON of OTLP, with fields that are not read. */
const chat = (spanId: string, agent: string, question: string) => ({
  ...{ traceId, spanId, name: 'chat gpt', kind: 3, traceState: '', status: { code: 1 } },
  ...{ startTimeUnixNano: '1800000000000000000', endTimeUnixNano: '1800000001500000000', flags: 257 },
  attributes: [
    { key: 'gen_ai.operation.name', value: value('chat') },
    { key: 'gen_ai.agent.name', value: value(agent) },
    ...Object.entries(messages([user(question)], [called('quote', { symbol: 'AAPL' })])).map(([key, text]) => ({
      key,
      value: value(text),
    })),
  ],
})
const exportOf = (...spans: object[]) =>
  JSON.stringify({
    resourceSpans: [
      {
        resource: { attributes: [{ key: 'service.name', value: value('shop') }] },
        scopeSpans: [{ scope: { name: 'x' }, spans }],
      },
    ],
  })
const [first, second] = ['b7ad6b7169203331', 'b7ad6b7169203332']

describe('an export of spans', () => {
  it('is acknowledged once its turns are in the log, each in the trace of its span', async () => {
    const reply = await send(exportOf(chat(first, 'desk', 'Price of AAPL?'), chat(second, 'desk', 'And MSFT?')))
    expect([reply.statusCode, reply.headers['content-type'], reply.body]).toEqual([200, json, '{}'])
    expect(appended.map(({ topic: to, events }) => [to, events])).toMatchObject([
      [topic.chatLogs, [{ question: 'Price of AAPL?', latencyMs: 1500, at: 1_800_000_001_500, source: 'shop' }]],
      [topic.chatLogs, [{ question: 'And MSFT?' }]],
    ])
    expect(traces.map(readTraceparent)).toEqual([
      { traceId, spanId: first, sampled: true },
      { traceId, spanId: second, sampled: true },
    ])
  })

  it('sent again adds nothing', async () => {
    for (const _time of [1, 2]) expect((await send(exportOf(chat(first, 'desk', 'Price?')))).statusCode).toBe(200)
    expect(appended).toHaveLength(1)
  })

  it('whose append fails is accepted when it is sent again', async () => {
    failing = new Error('disk full')
    expect((await send(exportOf(chat(first, 'desk', 'Price?')))).statusCode).toBe(500)
    failing = null
    expect((await send(exportOf(chat(first, 'desk', 'Price?')))).statusCode).toBe(200)
    expect(appended).toHaveLength(1)
  })

  it('has a partial success with the reasons for refused turns; the others are accepted', async () => {
    const long = 'a secret '.repeat(1000)
    const reply = await send(
      exportOf(chat(first, 'ghost', 'Price?'), chat(second, 'desk', 'Price?'), chat('b7ad6b7169203333', 'desk', long)),
    )
    expect(reply.statusCode).toBe(200)
    const { partialSuccess } = reply.json()
    expect(partialSuccess.rejectedSpans).toBe('2')
    expect(partialSuccess.errorMessage).toMatch(/no agent of the name ghost.*; question: longer than 8 KiB/)
    expect(partialSuccess.errorMessage).not.toContain('secret')
    expect(appended).toHaveLength(1)
    const counts = (await app.inject('/v1/ingest/counts')).json()
    expect(counts[topic.chatLogs]).toEqual({ accepted: 1, duplicate: 0, refused: 2 })
    expect(counts.refusals).toEqual({ span_not_read: 1, 'invalid question': 1 })
  })

  it('loses only the spans that are not valid', async () => {
    const { endTimeUnixNano, ...unended } = chat('b7ad6b7169203334', 'desk', 'Open?')
    const reply = await send(exportOf(chat('zz', 'desk', 'x'), chat(second, 'desk', 'Price?'), unended))
    expect(reply.json().partialSuccess).toEqual({
      rejectedSpans: '2',
      errorMessage: expect.stringMatching(/span.spanId: must have 8 bytes.*span.endTimeUnixNano: must be nanoseconds/),
    })
    expect(appended).toMatchObject([{ events: [{ question: 'Price?' }] }])
  })

  it('may be empty', async () => {
    expect((await send('{}')).body).toBe('{}')
    const reply = await send(Buffer.alloc(0), protobuf)
    expect([reply.statusCode, reply.headers['content-type'], reply.rawPayload.length]).toEqual([200, protobuf, 0])
  })
})

describe('a body that cannot be read is refused in its own encoding', () => {
  it.each([
    ['invalid JSON', '{"resourceSpans', undefined, 400, /not JSON/],
    ['invalid gzip', '{}', 'gzip', 400, /not gzip/],
    ['another encoding', '{}', 'br', 415, /gzip/],
    ['more than the limit when decompressed', gzipSync(Buffer.alloc(bodyLimit + 1, ' ')), 'gzip', 413, /decompressed/],
  ])('%s', async (_what, payload, encoding, status, message) => {
    const reply = await send(payload, json, encoding)
    expect(reply.statusCode).toBe(status)
    expect(reply.json().message).toMatch(message)
    expect(appended).toEqual([])
  })

  it('protobuf', async () => {
    const reply = await send(Buffer.from('not protobuf'), protobuf)
    expect([reply.statusCode, reply.headers['content-type']]).toEqual([400, protobuf])
    // Field 2 of google.rpc.Status is its message.
    expect(reply.rawPayload[0]).toBe(0x12)
    expect(reply.rawPayload.subarray(2).toString()).toContain('not an OTLP trace export')
  })

  it('text, or no body', async () => {
    const types = 'Send Content-Type: application/x-protobuf or application/json'
    for (const reply of [await send('x', 'text/plain'), await app.inject({ method: 'POST', url: '/v1/traces' })])
      expect([reply.statusCode, reply.json().message]).toEqual([415, types])
  })
})
