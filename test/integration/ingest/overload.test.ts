import { expect, test } from 'vitest'
import { readSettings } from '#runtime/config/config.ts'
import { openRuntime } from '#runtime/host/open-runtime.ts'
import { countRecords } from '#runtime/log/count-records.ts'
import { runLoad } from '#test/bench/ingest/load.ts'
import { countLost } from '#test/bench/ingest/overload.ts'
import { temporaryFolder } from '#test/support/folder.ts'
import { runUntilTestEnds } from '#test/support/run-until-test-ends.ts'
import { topic } from '#topology/topic-names.ts'

/** Sixteen of these exceed the limit of bodies in memory by half; few records, so that little else is slow. */
const connections = 16
let sent = 0
function nextRequest() {
  const earlier = Array.from({ length: 40 }, () => ({ role: 'user', text: 'so they said '.repeat(600) }))
  const turns = Array.from({ length: 10 }, () => ({
    ...{ id: `turn-${sent++}`, agent: 'desk', conversationId: 'c', turn: 0, question: 'And now?', earlier },
    plan: { calls: [{ tool: 'quote' }] },
  }))
  return { body: JSON.stringify(turns), turns: turns.length }
}

test('while the log is slow, bodies above the limit are refused with 429, acknowledged records are in the log, and it recovers', async () => {
  const settings = readSettings({
    ...{ FLYWHEEL_HOME: temporaryFolder(), FLYWHEEL_PORT: '0', FLYWHEEL_LOG_LEVEL: 'silent' },
  })
  const runtime = await openRuntime(settings)
  // The log appends nothing until a request was refused.
  const refused = Promise.withResolvers<void>()
  let isSlow = false
  const append: typeof runtime.log.append = async records => {
    if (isSlow) await refused.promise
    await runtime.log.append(records)
  }
  const { urlOf } = await runUntilTestEnds({ ...runtime, log: { ...runtime.log, append } }, ['ingest'])
  const url = urlOf('ingest')
  const headers = { 'content-type': 'application/json' }
  const tools = JSON.stringify({ tools: [{ name: 'quote', description: 'Price of a security.' }] })
  expect((await fetch(`${url}/v1/agents/desk`, { method: 'PUT', headers, body: tools })).status).toBe(200)

  isSlow = true
  const acknowledged = new Set<string>()
  const statuses = new Map<number, number>()
  await runLoad({
    ...{ url, path: '/v1/chat-logs', type: 'application/json', connections, milliseconds: 1_000, nextRequest },
    onAnswer(_shot, status, text) {
      if (status === 429) refused.resolve()
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
      if (status === 200) for (const id of (JSON.parse(text) as { ids: string[] }).ids) acknowledged.add(id)
    },
  })
  expect([...statuses.keys()].sort()).toEqual([200, 429])
  expect(await countLost(runtime, acknowledged)).toBe(0)
  expect(await countRecords(runtime.log, topic.chatLogs)).toBe(acknowledged.size)
  const { body } = nextRequest()
  expect((await fetch(`${url}/v1/chat-logs`, { method: 'POST', headers, body })).status).toBe(200)
})
