import { readFileSync } from 'node:fs'
import { afterAll, describe, expect, test } from 'vitest'
import { readSettings } from '#runtime/config/config.ts'
import { openRuntime } from '#runtime/host/open-runtime.ts'
import type { ChatLogged, SampleSelected } from '#schemas/events.ts'
import { planOf, turnFields } from '#test/support/data/turns.ts'
import { temporaryFolder } from '#test/support/folder.ts'
import { startKafka } from '#test/support/kafka/broker.ts'
import { runUntilTestEnds } from '#test/support/run-until-test-ends.ts'
import { pythonWith } from '#test/support/servers/python.ts'
import { sharedRegistry } from '#test/support/servers/shared-servers.ts'
import { waitUntil } from '#test/support/wait-until.ts'
import { topic } from '#topology/topic-names.ts'

const readme = readFileSync('services/ingest/README.md', 'utf8')
const [, requirement = ''] = /^pip install '(.+)'$/m.exec(readme) ?? []
const [, program = ''] = /^```python\n(.+?)^```$/ms.exec(readme) ?? []

const python = await pythonWith(requirement, 'the Python example of ingest')
/** A broker of its own: services read the map's topics under the map's groups. */
const kafka = python && (await startKafka({ brokers: 1 }))
afterAll(() => kafka?.stop())
const registry = kafka && (await sharedRegistry())

describe.skipIf(!registry)('the README’s Python example', () => {
  test('writes a turn that ingest and sampler read', async () => {
    const servers = { FLYWHEEL_KAFKA: kafka?.brokers ?? '', FLYWHEEL_REGISTRY: registry?.url ?? '' }
    const settings = readSettings({
      ...{ ...servers, FLYWHEEL_HOME: temporaryFolder(), FLYWHEEL_PORT: '0', FLYWHEEL_LOG_LEVEL: 'silent' },
    })
    const runtime = await openRuntime(settings)
    const { urlOf, signal } = await runUntilTestEnds(runtime, ['ingest', 'sampler'])
    const call = async (method: string, path: string, body: object): Promise<void> => {
      const headers = { 'content-type': 'application/json' }
      const answer = await fetch(`${urlOf('ingest')}${path}`, { method, headers, body: JSON.stringify(body) })
      expect(answer.status).toBe(200)
    }
    const read = async <T>(name: string) => {
      const found: { event: T; partition: number }[] = []
      await runtime.log.read(
        [name],
        { from: 'beginning', follow: false },
        async records => {
          for (const { value, partition } of records)
            if (value) found.push({ event: (await runtime.codec.decodeAny(value)) as T, partition })
        },
        signal,
      )
      return found
    }

    const tools = [{ name: 'weather', description: 'The weather of a city.' }]
    await call('PUT', '/v1/agents/desk', { tools, budgets: { sampleShare: 1 } })
    await python?.run(program, servers)
    const [written] = await read<ChatLogged>(topic.chatLogs)
    expect(written?.event).toEqual({
      ...{ id: 'shop-web/7f3a/0', parents: [], at: expect.any(Number), agent: 'desk', conversationId: '7f3a', turn: 0 },
      ...{ userId: null, question: 'Will it rain in Paris?', answer: 'It will.', latencyMs: 820 },
      ...turnFields,
      plan: planOf('weather', '{"city":"Paris"}'),
      ...{ source: 'shop-web', redactions: [] },
    })
    await waitUntil('the sampler has it', async () => (await read<SampleSelected>(topic.selectedSamples)).length === 1)
    const [sample] = await read<SampleSelected>(topic.selectedSamples)
    expect(sample?.event).toMatchObject({ turnId: 'shop-web/7f3a/0', question: 'Will it rain in Paris?' })

    // A turn of that conversation that comes over HTTP is in the same partition.
    const next = {
      turn: 1,
      question: 'And in Rome?',
      plan: { calls: [{ tool: 'weather', arguments: '{"city":"Rome"}' }] },
    }
    await call('POST', '/v1/chat-logs', { agent: 'desk', conversationId: '7f3a', ...next })
    const partitions = (await read<ChatLogged>(topic.chatLogs)).map(({ partition }) => partition)
    expect(partitions).toEqual([written?.partition, written?.partition])
  })
})
