import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { readSettings } from '#runtime/config/config.ts'
import { deriveId, digest } from '#runtime/core/identity.ts'
import { createHttpServer } from '#runtime/http/server.ts'
import { createLogger, createMetrics } from '#runtime/telemetry/telemetry.ts'
import type { ReleaseDecided, RollbackRequested } from '#schemas/events.ts'
import { toAgentDescribed } from '#services/ingest/agent-described.ts'
import { decide } from '#services/promoter/decide.ts'
import { httpApi } from '#services/promoter/http-api.ts'
import { temporaryFolder } from '#test/support/folder.ts'
import { given } from '#test/support/given.ts'
import { topic } from '#topology/topic-names.ts'
import { margins, promotion } from './makers.ts'

const keys = { ops: 'key of ops, long enough', reader: 'key of a reader, long enough' }

/** The promoter's HTTP API over these releases; a request that is appended is decided and followed at once. */
function openPromoter(...releases: readonly ReleaseDecided[]) {
  const home = temporaryFolder()
  const apiKeys = join(home, 'keys.json')
  const entry = (name: keyof typeof keys, scope: string) => ({ name, sha256: digest(keys[name]), scopes: [scope] })
  writeFileSync(apiKeys, JSON.stringify([entry('ops', 'admin'), entry('reader', 'read')]))
  const settings = readSettings({ FLYWHEEL_HOME: home, FLYWHEEL_API_KEY: 'k'.repeat(16), FLYWHEEL_API_KEYS: apiKeys })
  const requests: RollbackRequested[] = []
  const follow = (event: ReleaseDecided): void =>
    api.onRecord?.({ topic: topic.releases, event, timestamp: 0, headers: {} })
  const served = releases.findLast(({ outcome }) => outcome === 'promoted')
  let promoter = given(decide, [{ collection: 'served/desk', key: 'desk', value: served }])
  const append = async (_topic: string, events: readonly object[]): Promise<void> => {
    for (const event of events as readonly RollbackRequested[]) {
      requests.push(event)
      const { events: released, ...next } = promoter.when({ topic: topic.rollbackRequests, event }, margins)
      promoter = next
      for (const one of released.slice(-1))
        follow({ ...(one as ReleaseDecided), id: `release of ${event.id}`, parents: [event.id, ...event.parents] })
    }
  }
  const described = toAgentDescribed('desk', { tools: [{ name: 'quote', description: 'Price.' }] }, 1000)
  const agents = { get: (agent: string) => (agent === 'desk' ? described : undefined) }
  const api = httpApi({ settings, append }, { agents, clock: { now: () => 1_800_000_000_000 } })
  for (const release of releases) follow(release)
  const app = createHttpServer(settings, createLogger({ logLevel: 'silent' }), createMetrics(), () => ({}))
  api.routes?.(app)
  onTestFinished(() => app.close())
  const rollback = async (payload: object, { agent = 'desk', key = keys.ops } = {}) => {
    const headers = { authorization: `Bearer ${key}` }
    const answer = await app.inject({ method: 'POST', url: `/v1/agents/${agent}/rollback`, payload, headers })
    return { status: answer.statusCode, body: answer.json() }
  }
  return { rollback, requests }
}

const three = [promotion(1), promotion(2), promotion(3)]

describe('a rollback', () => {
  test('restores the previous release, and answers with the release it led to', async () => {
    const { rollback, requests } = openPromoter(...three)
    const { status, body } = await rollback({ why: 'wrong fees' })
    expect(status).toBe(200)
    expect(body).toEqual({
      ...{ agent: 'desk', request: requests[0]?.id, release: `release of ${requests[0]?.id}` },
      ...{ planner: 'p2', previous: 'p3', reasons: ['rolled back by ops: wrong fees'] },
    })
    expect(requests).toMatchObject([
      { planner: 'p2', evaluationId: 'e2', datasetVersion: 2, accuracy: 0.72, parents: ['r2'], requestedBy: 'ops' },
    ])
  })

  test('restores the release that is named', async () => {
    expect((await openPromoter(...three).rollback({ to: 'r1', why: 'x' })).body).toMatchObject({ planner: 'p1' })
  })

  test('goes back one release further each time', async () => {
    const { rollback } = openPromoter(...three)
    expect((await rollback({ why: 'x' })).body).toMatchObject({ planner: 'p2' })
    expect((await rollback({ why: 'x' })).body).toMatchObject({ planner: 'p1' })
    expect((await rollback({ why: 'x' })).body.error).toMatchObject({ code: 'no_previous_release' })
  })

  test('with the same request id happens once, and answers the same', async () => {
    const { rollback, requests } = openPromoter(...three)
    const first = await rollback({ why: 'x', requestId: 'ticket 7' })
    expect(await rollback({ why: 'x', requestId: 'ticket 7' })).toEqual(first)
    expect(requests.map(({ id }) => id)).toEqual([deriveId('promoter/v1/rollback', 'desk', 'ticket 7')])
  })

  test('publishes its reason redacted', async () => {
    const { body } = await openPromoter(...three).rollback({ why: 'ann@example.com complained' })
    expect(body.reasons[0]).toMatch(/^rolled back by ops: \[email:[a-f]{20}\] complained$/)
  })
})

describe('refused, with the reason, is', () => {
  test.each([
    ['an unknown agent', three, { why: 'x' }, { agent: 'ghost' }, 404, 'unknown_agent'],
    ['an agent without a release', [], { why: 'x' }, {}, 409, 'nothing_released'],
    ['the first release', [promotion(1)], { why: 'x' }, {}, 409, 'no_previous_release'],
    ['an unknown release', three, { to: 'r9', why: 'x' }, {}, 404, 'unknown_release'],
    [
      'a rejection',
      [...three, promotion(4, { outcome: 'rejected' })],
      { to: 'r4', why: 'x' },
      {},
      404,
      'unknown_release',
    ],
    ['what is served already', three, { to: 'r3', why: 'x' }, {}, 409, 'already_served'],
    ['a request without a reason', three, { why: ' ' }, {}, 400, 'invalid'],
    ['an unknown field', three, { why: 'x', planner: 'p1' }, {}, 400, 'invalid'],
    ['a key without the scope admin', three, { why: 'x' }, { key: keys.reader }, 403, 'forbidden'],
  ])('%s', async (_what, releases, body, caller, status, code) => {
    const { rollback, requests } = openPromoter(...releases)
    expect(await rollback(body, caller)).toMatchObject({ status, body: { error: { code } } })
    expect(requests).toEqual([])
  })
})
