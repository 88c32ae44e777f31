import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { readSettings } from '#runtime/config/config.ts'
import { Fault } from '#runtime/core/faults.ts'
import { digest } from '#runtime/core/identity.ts'
import { httpError } from '#runtime/http/error.ts'
import { createHttpServer, listen } from '#runtime/http/server.ts'
import { createLogger, createMetrics } from '#runtime/telemetry/telemetry.ts'
import { callerTraceHeaders } from '#runtime/telemetry/tracing.ts'
import { temporaryFolder } from '#test/support/folder.ts'
import { waitUntil } from '#test/support/wait-until.ts'

const key = 'a-key-of-some-length'
const server = (environment: Record<string, string> = {}) => {
  const settings = readSettings({ FLYWHEEL_LOG_LEVEL: 'silent', ...environment })
  const app = createHttpServer(settings, createLogger(settings), createMetrics(), () => ({ status: 'ok' }))
  onTestFinished(() => app.close())
  app.post('/strict', async request => z.strictObject({ a: z.number() }).parse(request.body))
  app.get('/refused', async () => {
    throw httpError(409, 'conflict', 'no')
  })
  app.get('/outage', async () => {
    throw new Fault('FLY_BROKER', 'broker at 10.0.0.1 is gone')
  })
  app.get('/bug', async () => {
    throw new Error('secret detail')
  })
  return app
}

test('errors name the field and never show what is inside', async () => {
  const app = server()
  const invalid = await app.inject({ method: 'POST', url: '/strict', payload: { a: 'x' } })
  expect([invalid.statusCode, invalid.json().error.field]).toEqual([400, 'a'])
  expect((await app.inject('/refused')).json()).toEqual({ error: { code: 'conflict', message: 'no' } })
  expect((await app.inject('/outage')).statusCode).toBe(503)
  const bug = await app.inject('/bug')
  expect([bug.statusCode, bug.body.includes('secret')]).toEqual([500, false])
  expect((await app.inject('/nowhere')).statusCode).toBe(404)
  expect((await app.inject('/%zz')).json().error.code).toBe('invalid')
  const malformed = await app.inject({
    method: 'POST',
    url: '/strict',
    payload: '{',
    headers: { 'content-type': 'application/json' },
  })
  expect(malformed.statusCode).toBe(400)
})

test('with a key set, only health and metrics are open', async () => {
  const app = server({ FLYWHEEL_API_KEY: key })
  expect((await app.inject('/refused')).statusCode).toBe(401)
  expect((await app.inject({ url: '/refused', headers: { authorization: 'Bearer wrong' } })).statusCode).toBe(401)
  expect((await app.inject({ url: '/refused', headers: { authorization: `Bearer ${key}` } })).statusCode).toBe(409)
  expect((await app.inject('/health')).statusCode).toBe(200)
  expect((await app.inject('/metrics')).body).toContain('flywheel_records_total')
})

test('without a key nothing is opened to other machines', () => {
  expect(() => server({ FLYWHEEL_HOST: '0.0.0.0' })).toThrow(/FLYWHEEL_API_KEY/)
})

test('a taken port is named', async () => {
  const [first, second] = [server(), server()]
  const port = Number(new URL(await listen(first, '127.0.0.1', 0)).port)
  await expect(listen(second, '127.0.0.1', port)).rejects.toMatchObject({ code: 'FLY_PORT' })
})

test("a request is answered in its caller's trace, though its body comes in pieces", async () => {
  const app = server()
  const arrived = Promise.withResolvers<void>()
  app.addHook('onRequest', async () => arrived.resolve())
  app.post('/trace', async () => callerTraceHeaders() ?? {})
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
  const headers = { traceparent, 'content-type': 'application/json' }
  const sent = request(`${await listen(app, '127.0.0.1', 0)}/trace`, { method: 'POST', headers })
  sent.write('{"a":')
  await arrived.promise
  sent.end('1}')
  const [answer] = await once(sent, 'response')
  expect(await json(answer)).toEqual({ traceparent })
  const untraced = await app.inject({ method: 'POST', url: '/trace', payload: {}, headers: { traceparent: 'x' } })
  expect(untraced.json()).toEqual({})
})

test('keys of the file may do what their scopes say, and come as often as theirs says', async () => {
  const file = join(temporaryFolder(), 'keys.json')
  const [sender, reader] = ['the key of a sender', 'the key of a reader']
  writeFileSync(
    file,
    JSON.stringify([
      { name: 'sender', sha256: digest(sender), scopes: ['ingest'] },
      { name: 'reader', sha256: digest(reader), scopes: ['read'], requestsPerSecond: 0.01 },
    ]),
  )
  const app = server({ FLYWHEEL_API_KEY: key, FLYWHEEL_API_KEYS: file })
  app.post('/send', { config: { scope: 'ingest' } }, async () => 'taken')
  const status = async (method: 'GET' | 'POST', url: string, as: string) =>
    (await app.inject({ method, url, headers: { authorization: `Bearer ${as}` } })).statusCode
  expect([await status('POST', '/send', sender), await status('POST', '/send', key)]).toEqual([200, 200])
  expect([await status('GET', '/refused', sender), await status('POST', '/strict', sender)]).toEqual([403, 403])
  expect(await status('GET', '/refused', reader)).toBe(409)
  const late = await app.inject({ url: '/refused', headers: { authorization: `Bearer ${reader}` } })
  expect([late.statusCode, Number(late.headers['retry-after'])]).toEqual([429, 100])
})

test.each([
  ['is not there', undefined],
  ['is not JSON', 'the secret itself'],
  ['has no digest', JSON.stringify([{ name: 'a', sha256: 'the secret itself', scopes: ['read'] }])],
  ['has an unknown scope', JSON.stringify([{ name: 'a', sha256: digest('x'), scopes: ['the secret itself'] }])],
])('a file of keys that %s is refused without what it holds', (_what, content) => {
  const file = join(temporaryFolder(), 'keys.json')
  if (content !== undefined) writeFileSync(file, content)
  const open = () => server({ FLYWHEEL_API_KEY: key, FLYWHEEL_API_KEYS: file })
  expect(open).toThrow(expect.objectContaining({ code: 'FLY_CONFIG' }))
  expect(open).toThrow(expect.objectContaining({ message: expect.not.stringContaining('secret') }))
})

test("a request has an id: its sender's when that is sane, else one of ours", async () => {
  const app = server()
  const idOf = async (given: string) =>
    (await app.inject({ url: '/health', headers: { 'x-request-id': given } })).headers['x-request-id']
  expect(await idOf('order-7/retry:2')).toBe('order-7/retry:2')
  for (const given of ['', 'a b', 'x'.repeat(129), '{"level":"error"}'])
    expect(await idOf(given)).toMatch(/^[0-9a-f-]{36}$/)
})

test('a body in another form is refused by what to send instead', async () => {
  const app = server()
  const told = async (headers: Record<string, string>) => {
    const answer = await app.inject({ method: 'POST', url: '/strict', payload: gzipSync('{}'), headers })
    return [answer.statusCode, answer.json().error.message]
  }
  const types = 'Send Content-Type: application/json, or application/x-ndjson for records'
  expect(await told({ 'content-type': 'application/jsonl' })).toEqual([415, types])
  for (const type of ['application/json', 'application/x-ndjson'])
    expect(await told({ 'content-type': type, 'content-encoding': 'gzip' })).toEqual([
      ...[415, 'Send it without Content-Encoding'],
    ])
})

test('JSON is refused before anything is built from it when it is too deep or has too many values', async () => {
  const app = server()
  const send = async (payload: string | Buffer, type = 'application/json') => {
    const answer = await app.inject({ method: 'POST', url: '/strict', payload, headers: { 'content-type': type } })
    return [answer.statusCode, answer.json().error.code]
  }
  expect(await send(`${'['.repeat(33)}${']'.repeat(33)}`)).toEqual([400, 'too_deep'])
  expect(await send(`["${'['.repeat(33)}\\""]`)).toEqual([400, 'invalid'])
  expect(await send(`[${'0,'.repeat(200_000)}0]`)).toEqual([413, 'too_many'])
  expect(await send(Buffer.from([0x22, 0xff, 0x22]))).toEqual([400, 'not_json'])
  expect(await send('')).toEqual([400, 'not_json'])
  expect(await send(`"${'x'.repeat(8 * 1024 * 1024)}"`)).toEqual([413, 'too_large'])
  expect(await send('a: 1', 'text/yaml')).toEqual([415, 'media_type'])
})

test('bodies are refused unread while those in hand hold too much, and taken when these are answered or gone', async () => {
  const app = server()
  const answers = Promise.withResolvers<void>()
  let waiting = 0
  app.post('/slow', async () => {
    waiting++
    await answers.promise
    return 'done'
  })
  const url = await listen(app, '127.0.0.1', 0)
  const headers = { 'content-type': 'application/json' }
  const send = (MiB: number) =>
    fetch(`${url}/slow`, { method: 'POST', body: `"${'x'.repeat(MiB * 1024 * 1024)}"`, headers })
  const taken = [send(7), send(7), send(7), send(7)]
  await waitUntil('all are in hand', () => waiting === 4)
  const refused = await send(4)
  expect([refused.status, refused.headers.get('retry-after'), waiting]).toEqual([429, '1', 4])
  expect((await fetch(`${url}/health`)).status).toBe(200)
  answers.resolve()
  for (const one of taken) expect((await one).status).toBe(200)
  // Their senders go away in the middle of the body.
  for (let gone = 0; gone < 10; gone++) {
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    await once(socket, 'connect')
    socket.end('POST /slow HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 7000000\r\n\r\n"x')
    socket.destroySoon()
  }
  await waitUntil('there is room again', async () => (await Promise.all([send(7), send(7)])).every(({ ok }) => ok))
})

test('what is not HTTP is refused in the one shape', async () => {
  const socket = connect(Number(new URL(await listen(server(), '127.0.0.1', 0)).port), '127.0.0.1')
  socket.write('GARBAGE\r\n\r\n')
  const [answer] = await once(socket, 'data')
  expect(String(answer)).toMatch(/^HTTP\/1.1 400 Bad Request[\s\S]*\{"error":\{"code":"invalid"/)
})
