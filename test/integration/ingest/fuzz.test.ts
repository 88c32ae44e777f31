import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { connect } from 'node:net'
import { text as textOf } from 'node:stream/consumers'
import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { readSettings } from '#runtime/config/config.ts'
import { openRuntime } from '#runtime/host/open-runtime.ts'
import { errorResponse } from '#runtime/http/openapi.ts'
import { countRecords } from '#runtime/log/count-records.ts'
import { openapi } from '#services/ingest/openapi.ts'
import { arbitraryJson, corruptedJson, type JsonSchema } from '#test/support/data/arbitrary-json.ts'
import { temporaryFolder } from '#test/support/folder.ts'
import { runUntilTestEnds } from '#test/support/run-until-test-ends.ts'
import { waitUntil } from '#test/support/wait-until.ts'
import { topic } from '#topology/topic-names.ts'

type Operation = {
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: JsonSchema }>> }
  readonly responses: Readonly<Record<string, unknown>>
}
type Sent = { method: string; path: string; type: string; body: string | Uint8Array; headers: Record<string, string> }

const paths = openapi.paths as Record<string, Record<string, Operation>>
const operations = Object.entries(paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
)
const schemas = openapi.components.schemas as Record<string, JsonSchema>
const find = (ref: string): JsonSchema => schemas[ref.split('/').at(-1) ?? ''] ?? {}

/** Headers of clients that do not follow the document, and of attackers. */
const oddHeaders = fc.dictionary(
  fc.constantFrom('x-request-id', 'traceparent', 'authorization', 'accept', 'content-encoding', 'x-forwarded-for'),
  fc.stringMatching(/^[ -~]{0,60}$/),
  { maxKeys: 2 },
)
const oddTypes = fc.constantFrom(
  'application/json; charset=latin1',
  'text/plain',
  'application/xml',
  '',
  ';',
  'application/jso',
)
const agentPath = fc.oneof(
  fc.constant('desk'),
  fc.stringMatching(/^[!-~]{0,120}$/).map(encodeURIComponent),
  fc.constant('%zz'),
)

const requests: fc.Arbitrary<Sent> = fc
  .tuple(fc.constantFrom(...operations), agentPath, oddHeaders)
  .chain(([{ path, method, operation }, agent, headers]) => {
    const content = operation.requestBody?.content
    const target = path.replace('{agent}', agent)
    if (!content) return fc.constant({ method, path: target, type: '', body: '', headers })
    return fc.constantFrom(...Object.entries(content)).chain(([type, { schema }]) => {
      const valid = arbitraryJson(schema, find).chain(value =>
        fc.boolean().map(known => (known ? onDesk(value) : value)),
      )
      const body = fc.oneof(
        valid.map(value => JSON.stringify(value)),
        { weight: 3, arbitrary: valid.chain(corruptedJson) },
        fc.json(),
        fc.uint8Array({ maxLength: 300 }),
      )
      const lines = fc
        .array(
          body.filter(one => typeof one === 'string'),
          { maxLength: 4 },
        )
        .map(all => all.join('\n'))
      return fc.record({
        ...{ method: fc.constant(method), path: fc.constant(target), headers: fc.constant(headers) },
        type: fc.oneof({ weight: 9, arbitrary: fc.constant(type) }, oddTypes),
        body: type.includes('ndjson') ? lines : body,
      })
    })
  })

/** With the registered agent, so that other checks than that of the agent are reached. */
function onDesk(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(onDesk)
  return value && typeof value === 'object' && 'agent' in value ? { ...value, agent: 'desk' } : value
}

async function openIngest() {
  const settings = readSettings({
    FLYWHEEL_HOME: temporaryFolder(),
    FLYWHEEL_PORT: '0',
    FLYWHEEL_LOG_LEVEL: 'silent',
    FLYWHEEL_REDACTION_KEY: 'the key of this test',
  })
  const runtime = await openRuntime(settings)
  const { urlOf } = await runUntilTestEnds(runtime, ['ingest'])
  const agent = new Agent({ keepAlive: true })
  // Ends before the services do: vitest runs these callbacks in reverse order.
  onTestFinished(() => agent.destroy())
  const url = urlOf('ingest')
  const send = async ({ method, path, type, body, headers }: Sent) => {
    const all = { ...headers, ...(type && { 'content-type': type }), 'content-length': Buffer.byteLength(body) }
    const sent = request(url + path, { method, agent, headers: all })
    sent.end(body)
    const [answer] = await once(sent, 'response')
    return { status: Number(answer.statusCode), id: answer.headers['x-request-id'], text: await textOf(answer) }
  }
  await send({
    ...{ method: 'PUT', path: '/v1/agents/desk', type: 'application/json', headers: {} },
    body: JSON.stringify({ tools: [{ name: 'quote', description: 'Price of a security.' }] }),
  })
  return { runtime, url, send }
}

const statuses = (sent: Sent): readonly string[] => {
  const found = operations.find(
    ({ path, method }) =>
      method === sent.method && (path === sent.path || (path.includes('{') && sent.path.startsWith('/v1/agents/'))),
  )
  // A path without a valid agent name is not of that operation.
  return [...Object.keys(found?.operation.responses ?? {}), '400', '404', '414']
}

test('10,000 requests made from the OpenAPI document, most of them corrupted: no 5xx, no stack trace, documented statuses only', async () => {
  const { runtime, url, send } = await openIngest()
  const seen = new Map<number, number>()
  let accepted = 0
  await fc.assert(
    fc.asyncProperty(requests, async sent => {
      const { status, id, text } = await send(sent)
      seen.set(status, (seen.get(status) ?? 0) + 1)
      expect(status, text).toBeLessThan(500)
      expect(statuses(sent)).toContain(String(status))
      expect(id).toMatch(/^[\w.:/+=-]{1,128}$/)
      expect(text).not.toMatch(/\n\s+at |node_modules|services\/|file:\/\//)
      if (status >= 400 && sent.path !== '/v1/traces') errorResponse.parse(JSON.parse(text))
      else if (sent.path === `/v1/${topic.chatLogs}`) accepted += JSON.parse(text).accepted
    }),
    { numRuns: 10_000 },
  )
  expect([...seen.keys()]).toEqual(expect.arrayContaining([200, 207, 400, 404, 415]))
  expect(await countRecords(runtime.log, topic.chatLogs)).toBe(accepted)
  expect(accepted).toBeGreaterThan(0)
  type Hours = { readonly hours: readonly { readonly accepted: number; readonly logged: number }[] }
  const hours = async () => ((await (await fetch(`${url}/v1/ingest/hours`)).json()) as Hours).hours
  await waitUntil('the log is followed', async () => (await hours()).every(hour => hour.accepted === hour.logged))
}, 600_000)

test('bytes that are not HTTP close their connection and nothing else', async () => {
  const { url } = await openIngest()
  const port = Number(new URL(url).port)
  const head = fc.constantFrom('', 'POST /v1/chat-logs HTTP/1.1\r\n', 'POST /v1/feedback HTTP/1.1\r\nhost: x\r\n')
  const tail = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.constant(Buffer.from('transfer-encoding: chunked\r\ncontent-length: 5\r\n\r\n0\r\n\r\n')),
    fc.constant(Buffer.from('content-length: -1\r\n\r\n')),
    fc.constant(Buffer.from(`x: ${'y'.repeat(20_000)}\r\n\r\n`)),
  )
  await fc.assert(
    fc.asyncProperty(head, tail, async (start, bytes) => {
      const socket = connect(port, '127.0.0.1')
      socket.on('error', () => {})
      socket.end(Buffer.concat([Buffer.from(start), bytes]))
      const answer = await textOf(socket).catch(() => '')
      expect(answer).toMatch(/^(HTTP\/1\.1 4\d\d |$)/)
    }),
    { numRuns: 300 },
  )
  expect((await fetch(`${url}/health`)).status).toBe(200)
})
