import { createServer, type RequestListener } from 'node:http'
import { afterEach, expect, onTestFinished, test, vi } from 'vitest'
import { readSettings } from '#runtime/config/config.ts'
import { status } from '#services/_cli/status.ts'
import { topic } from '#topology/topic-names.ts'

/** A console that handles requests so; its URL. */
async function consoleThat(handle: RequestListener): Promise<string> {
  const server = createServer(handle)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as { port: number }).port}`
}
const answering = (code: number, body: unknown) =>
  consoleThat((_request, response) => void response.writeHead(code).end(JSON.stringify(body)))
const run = async (url: string, timeoutMs?: number): Promise<string> => {
  const printed: string[] = []
  vi.spyOn(process.stdout, 'write').mockImplementation(text => printed.push(String(text)) > 0)
  await status({ url, json: false }, readSettings({}), timeoutMs).finally(() => vi.restoreAllMocks())
  return printed.join('')
}

const freshness = {
  ...{ topic: topic.scoredSamples, withinSeconds: 180, objective: 0.99, scores: 0, overdue: 0, ok: null },
  ...{ attained: null, p50Seconds: null, p95Seconds: null },
}
const judge = { name: 'judge', lagRecords: 3, lagSeconds: 1, limitSeconds: 60, ok: true, unresolved: 2 }
const known = {
  ...{ at: 1, outage: null, services: [judge], freshness, agents: [], hours: [] },
  ...{ lostPositions: [], skipped: [] },
}

afterEach(() => {
  process.exitCode = undefined
})

test('a console that accepts the request and does not answer is FLY_BROKER, which says what cannot be read', async () => {
  const url = await consoleThat(() => {})
  await expect(run(url, 50)).rejects.toMatchObject({
    code: 'FLY_BROKER',
    message: `the status cannot be read: the console at ${url} does not answer within 50 ms`,
  })
})

test('an answer that does not end is FLY_BROKER too', async () => {
  const url = await consoleThat((_request, response) => void response.writeHead(200).write('{'))
  await expect(run(url, 50)).rejects.toMatchObject({ code: 'FLY_BROKER' })
})

test('during an outage the last known state is printed after its age and the reason, and the exit code is 1', async () => {
  const url = await answering(503, { ...known, outage: { reason: 'no answer within 5000 ms', ageSeconds: 61.4 } })
  const [first, second] = (await run(url)).split('\n')
  expect(first).toBe('THE EVENT LOG DOES NOT ANSWER (no answer within 5000 ms). The last known state, 61 s old:')
  expect(second).toMatch(/^judge +3 records +1\.0 s behind \(limit 60 s\) {2}2 unresolved dead letters$/)
  expect(process.exitCode).toBe(1)
})

test('a console that knows no state yet is FLY_BROKER with its answer', async () => {
  const url = await answering(503, { error: { code: 'unavailable', message: 'Try again in a moment' } })
  await expect(run(url)).rejects.toMatchObject({
    code: 'FLY_BROKER',
    message: expect.stringMatching(/the status cannot be read: .* answered 503: .*Try again/),
  })
})

test('records that are overdue for a score are a missed objective', async () => {
  const late = { ...freshness, overdue: 3, attained: 0, ok: false }
  const printed = await run(await answering(200, { ...known, freshness: late }))
  expect(printed).toContain('0.0% within 180 s (objective 99.0%), of 0 in the last hour and 3 overdue  MISSED\n')
  expect(process.exitCode).toBe(1)
})

test('without an outage the exit code is 0', async () => {
  expect(await run(await answering(200, known))).toMatch(/^judge /)
  expect(process.exitCode).toBeUndefined()
})

test('what services skipped or decided again, and what followers cannot decode, is printed', async () => {
  const lost = { service: 'judge', topic: topic.selectedSamples, records: 80, at: Date.UTC(2027, 0, 2, 3, 4) }
  const url = await answering(200, {
    ...known,
    lostPositions: [
      { ...lost, effect: 'skipped', action: 'stop' },
      { ...lost, effect: 'repeated', action: 'continue' },
    ],
    skipped: [{ topic: topic.agents, code: 'FLY_DECODE', records: 2 }],
  })
  expect((await run(url)).split('\n').slice(1, 4)).toEqual([
    'judge          80 records of selected-samples were deleted before they were decided, last told 2027-01-02 03:04 UTC  STOPPED',
    'judge          80 records of selected-samples may have been decided again, last told 2027-01-02 03:04 UTC',
    'agents         2 records cannot be decoded (FLY_DECODE) and are in no view',
  ])
})

test('the newest candidate of an agent stands beside what production and the released planner do', async () => {
  const candidate = {
    ...{ rung: 'prompt', outcome: 'rejected', rows: 60, candidateAccuracy: 0.77, baselineAccuracy: 0.76 },
    ...{ production: { accuracy: 0.995, rows: 58 }, baselineReleased: false },
  }
  const printed = await run(await answering(200, { ...known, agents: [{ agent: 'desk', candidates: [candidate] }] }))
  expect(printed).toContain(
    'desk           accuracy in production 99.5% of 58 rows, released planner none, prompt candidate 77.0% of 60 rows (rejected)\n',
  )
})
