import { expect, test, vi } from 'vitest'
import { readSettings } from '#runtime/config/config.ts'
import { openRuntime } from '#runtime/host/open-runtime.ts'
import { status } from '#services/_cli/status.ts'
import type { ReconciledHour } from '#services/console/reconcile.ts'
import { toChatLogged } from '#services/ingest/to-events.ts'
import { call } from '#test/support/data/turns.ts'
import { temporaryFolder } from '#test/support/folder.ts'
import { runUntilTestEnds } from '#test/support/run-until-test-ends.ts'
import { waitUntil } from '#test/support/wait-until.ts'
import { topic } from '#topology/topic-names.ts'

const turn = (at: number) => ({
  ...{ agent: 'desk', conversationId: `c${at}`, turn: 0, question: `question ${at}` },
  plan: { calls: [call('quote', 'AAPL')] },
})

/** Ingest, sampler and console on the log of a folder. */
async function open(home: string) {
  const settings = readSettings({ FLYWHEEL_HOME: home, FLYWHEEL_PORT: '0', FLYWHEEL_LOG_LEVEL: 'silent' })
  const world = await openRuntime(settings)
  const { urlOf, end: close } = await runUntilTestEnds(world, ['ingest', 'sampler', 'console'])
  const url = urlOf('ingest')
  const send = async (method: string, path: string, body: unknown): Promise<void> => {
    const headers = { 'content-type': 'application/json' }
    expect((await fetch(url + path, { method, headers, body: JSON.stringify(body) })).status).toBe(200)
  }
  /** The sum of all hours: the test may run across a full hour. */
  const sums = async () => {
    const { hours } = (await (await fetch(`${url}/v1/status`)).json()) as { hours: readonly ReconciledHour[] }
    const sum = (of: (hour: ReconciledHour) => number | null | undefined): number =>
      hours.reduce((total, hour) => total + (of(hour) ?? 0), 0)
    return {
      accepted: sum(hour => hour.accepted),
      logged: sum(hour => hour.logged),
      direct: sum(hour => hour.direct),
      appended: sum(hour => hour.appended),
      consumed: sum(hour => hour.consumed.sampler),
      verdicts: [...new Set(hours.map(({ verdict }) => verdict))],
    }
  }
  const become = async (expected: Awaited<ReturnType<typeof sums>>): Promise<void> => {
    await waitUntil('the sums settle', async () => JSON.stringify(await sums()) === JSON.stringify(expected)).catch(
      () => {},
    )
    expect(await sums()).toEqual(expected)
  }
  return { world, url, send, become, close }
}

test('accepted, logged and consumed counts agree over a restart and with direct writers, in status and metrics', async () => {
  const home = temporaryFolder()
  const before = await open(home)
  await before.send('PUT', '/v1/agents/desk', { tools: [{ name: 'quote', description: 'Price of a security.' }] })
  await before.send('POST', '/v1/chat-logs', [1, 2, 3, 2].map(turn))
  await before.become({ accepted: 3, logged: 3, direct: 0, appended: 3, consumed: 3, verdicts: ['equal'] })
  await before.close()

  const after = await open(home)
  await after.become({ accepted: 3, logged: 3, direct: 0, appended: 3, consumed: 3, verdicts: ['equal'] })
  await after.send('POST', '/v1/chat-logs', [3, 4].map(turn))
  const { clock, codec, log } = after.world
  await log.append([
    codec.record(
      topic.chatLogs,
      toChatLogged(turn(5), clock.now(), () => ''),
    ),
  ])
  await after.become({ accepted: 4, logged: 4, direct: 1, appended: 5, consumed: 5, verdicts: ['equal'] })
  const garbage = ['', 'not avro', '{"json":"not avro"}', '\0\0\0\0\u0001\u0002', null]
  await log.append(
    garbage.map(value => ({
      topic: topic.chatLogs,
      key: 'airline',
      value: value === null ? null : Buffer.from(value),
    })),
  )
  await after.become({ accepted: 4, logged: 4, direct: 6, appended: 10, consumed: 10, verdicts: ['equal'] })

  const printed: string[] = []
  vi.spyOn(process.stdout, 'write').mockImplementation(text => printed.push(String(text)) > 0)
  await status({ url: after.url, json: false }, after.world.settings).finally(() => vi.restoreAllMocks())
  expect(printed.filter(line => line.includes('accepted = logged = consumed'))).not.toEqual([])
  const metrics = await (await fetch(`${after.url}/metrics`)).text()
  const consumed = `flywheel_reconciled_records{topic="${topic.chatLogs}",stage="consumed",group="sampler"}`
  expect(metrics).toContain(`${consumed} 10\n`)
  expect(metrics).toContain(`flywheel_reconciled_lost_records{topic="${topic.chatLogs}"} 0`)
})
