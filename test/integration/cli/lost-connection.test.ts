import { readdirSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import Fastify from 'fastify'
import { expect, onTestFinished, test } from 'vitest'
import { readSettings } from '#runtime/config/config.ts'
import { openRuntime } from '#runtime/host/open-runtime.ts'
import { serveRecords } from '#runtime/host/records.ts'
import { ensureTopics } from '#runtime/host/topics.ts'
import { temporaryFolder } from '#test/support/folder.ts'
import { waitUntil } from '#test/support/wait-until.ts'
import { topic } from '#topology/topic-names.ts'
import { append, arbitraryScores, runFlywheel } from './rows.support.ts'

/** A process that has opened its data folder, as running services do. */
async function openHome() {
  const home = temporaryFolder()
  const world = await openRuntime(readSettings({ FLYWHEEL_HOME: home, FLYWHEEL_LOG_LEVEL: 'silent' }))
  onTestFinished(() => world.close())
  await ensureTopics(world)
  await world.codec.registerSchemas()
  return { home, world }
}

test('an export whose connection is lost leaves no file', async () => {
  const { home } = await openHome()
  const record = { ...{ topic: topic.scoredSamples, partition: 0, offset: 0, timestamp: 0, key: null, headers: {} } }
  const server = createServer(({ url }, answer) => {
    if (url === '/health') return answer.end(JSON.stringify({ process: process.pid }))
    answer.writeHead(200).write(`${JSON.stringify({ ...record, event: arbitraryScores(1)[0] })}\n`)
    setImmediate(() => answer.destroy())
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  const folder = temporaryFolder()
  const args = ['--home', home, '--port', String(port), '--out', join(folder, 'x.jsonl'), '--format', 'jsonl']
  const { status, out, errors } = await runFlywheel('export', topic.scoredSamples, ...args)
  expect([status, out, errors]).toEqual([
    1,
    '',
    expect.stringMatching(/FLY_BROKER: the connection to the flywheel process was lost: /),
  ])
  expect(readdirSync(folder)).toEqual([])
})

test('records over HTTP wait for a slow reader in bounded memory, and end with an error when the service stops', async () => {
  const { world } = await openHome()
  await append(world, arbitraryScores(200))
  let passed = 0
  const log: typeof world.log = {
    ...world.log,
    topics: () => world.log.topics(),
    // Repeats the records: more than any buffer holds.
    read: async (names, options, onRecords, signal) => {
      for (let pass = 0; pass < 10_000 && !signal.aborted; pass++)
        await world.log.read(
          names,
          options,
          async batch => {
            passed += batch.length
            await onRecords(batch)
          },
          signal,
        )
    },
  }
  const stop = new AbortController()
  const app = Fastify()
  serveRecords(app, log, world.codec, stop.signal)
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  onTestFinished(() => app.close())
  const answer = await fetch(`${url}/v1/records/${topic.scoredSamples}?from=beginning`)
  let before = -1
  await waitUntil('the server waits for its reader', async () => {
    const same = passed === before
    before = passed
    for (let turns = 0; turns < 200; turns++) await turn()
    return same
  })
  expect(passed).toBeLessThan(1_000_000)
  stop.abort()
  await expect(answer.text()).rejects.toThrow('terminated')
})
