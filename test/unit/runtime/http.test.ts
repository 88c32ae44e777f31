import { expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { readSettings } from '#runtime/config.ts'
import { Fault } from '#runtime/faults.ts'
import { createServer, listen } from '#runtime/http.ts'
import { httpError } from '#runtime/http-error.ts'
import { createLogger, createMetrics } from '#runtime/telemetry.ts'

const key = 'a-key-of-some-length'
const server = (environment: Record<string, string> = {}) => {
  const settings = readSettings({ FLYWHEEL_LOG_LEVEL: 'silent', ...environment })
  const app = createServer(settings, createLogger(settings), createMetrics(), () => ({ status: 'ok' }))
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
