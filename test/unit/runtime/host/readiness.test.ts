import { expect, onTestFinished, test } from 'vitest'
import { readSettings } from '#runtime/config/config.ts'
import { Fault } from '#runtime/core/faults.ts'
import { serveReadiness } from '#runtime/host/readiness.ts'
import { createHttpServer } from '#runtime/http/server.ts'
import { createLogger, createMetrics } from '#runtime/telemetry/telemetry.ts'
import { topic } from '#topology/topic-names.ts'

const skipped = [{ topic: topic.agents, code: 'FLY_DECODE', records: 2 }] as const

/** A process with the consuming service `judge`, whose log answers while `logAnswers` does not reject. */
function start(logAnswers: () => Promise<never[]> = async () => []) {
  const settings = readSettings({ FLYWHEEL_LOG_LEVEL: 'silent', FLYWHEEL_API_KEY: 'a-key-of-some-length' })
  const app = createHttpServer(settings, createLogger(settings), createMetrics(), () => ({ status: 'ok' }))
  onTestFinished(() => app.close())
  const readiness = serveReadiness(app, { topics: logAnswers }, ['judge'], () => skipped)
  app.get('/v1/view', async () => ({ entries: 0 }))
  const ask = async (url: string) => {
    const answer = await app.inject({ url, headers: { authorization: 'Bearer a-key-of-some-length' } })
    return { code: answer.statusCode, ...answer.json() }
  }
  return { app, readiness, ask }
}
const started = (logAnswers?: () => Promise<never[]>) => {
  const process = start(logAnswers)
  process.readiness.caughtUp()
  process.readiness.setMembership('judge', 2)
  return process
}

test('a process that can work is ready, and needs no key to say so', async () => {
  const { app } = started()
  const answer = await app.inject('/ready')
  expect([answer.statusCode, answer.json()]).toEqual([
    200,
    { ready: true, reasons: [], partitions: { judge: 2 }, skipped },
  ])
})

test('a member that no partition is left for is ready', async () => {
  const { readiness, ask } = started()
  readiness.setMembership('judge', 0)
  expect(await ask('/ready')).toMatchObject({ code: 200, ready: true })
})

test('it starts unready, with every reason, while it is alive', async () => {
  const { ask } = start()
  expect(await ask('/ready')).toEqual({
    code: 503,
    ready: false,
    reasons: ['the followed topics are not read to their ends yet', 'judge is not a member of its consumer group'],
    partitions: { judge: null },
    skipped,
  })
  expect(await ask('/health')).toEqual({ code: 200, status: 'ok' })
})

test('before the followed topics are read, other routes answer 503: their views are not complete', async () => {
  const { readiness, ask } = start()
  expect(await ask('/v1/view?agent=desk')).toMatchObject({ code: 503, error: { code: 'starting' } })
  readiness.caughtUp()
  expect(await ask('/v1/view?agent=desk')).toEqual({ code: 200, entries: 0 })
})

test('a log that does not answer makes it unready, and not dead', async () => {
  const { ask } = started(() => Promise.reject(new Fault('FLY_BROKER', 'no answer within 2000 ms')))
  expect(await ask('/ready')).toMatchObject({ code: 503, reasons: ['the event log does not answer'] })
  expect(await ask('/health')).toMatchObject({ code: 200 })
  expect(await ask('/v1/view')).toMatchObject({ code: 200 })
})

test('it is unready while it is no member of its group, and while it restores a state', async () => {
  const { readiness, ask } = started()
  readiness.setMembership('judge', undefined)
  expect(await ask('/ready')).toMatchObject({ code: 503, reasons: ['judge is not a member of its consumer group'] })
  readiness.setMembership('judge', 1)
  readiness.setRestoring('judge/0', true)
  expect(await ask('/ready')).toMatchObject({ code: 503, reasons: ['the state of judge/0 is being restored'] })
  readiness.setRestoring('judge/0', false)
  expect(await ask('/ready')).toMatchObject({ code: 200 })
})
