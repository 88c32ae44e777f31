import { expect, test } from 'vitest'
import { readTraceparent } from '#runtime/telemetry/traceparent.ts'
import { setOtelEnvironment } from '#test/support/otel-environment.ts'
import { type ExportedSpan, startOtlpCollector } from '#test/support/servers/otlp-collector.ts'
import { waitUntil } from '#test/support/wait-until.ts'
import { deadLetterTopic } from '#topology/derive/names.ts'
import { topic } from '#topology/topic-names.ts'
import { secret, startTracedServices, type TracedRecord } from './tracing.support.ts'

const [sending, chats, samples] = [
  `send ${topic.chatLogs}`,
  `process ${topic.chatLogs}`,
  `process ${topic.selectedSamples}`,
]
const caller = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'

const contextIn = (record: TracedRecord | undefined) => readTraceparent(record?.headers['traceparent'])
const named = (spans: readonly ExportedSpan[], name: string, traceId?: string) =>
  spans.find(span => span.name === name && (traceId === undefined || span.traceId === traceId))

test("a caller's trace goes through all services, and every header names an exported span", async () => {
  const { url, spans, requests } = await startOtlpCollector()
  setOtelEnvironment({ OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_EXPORTER_OTLP_HEADERS: 'x-tenant=wheel' })
  const { send, records, end } = await startTracedServices()
  await send('turn-1', { traceparent: caller })
  await waitUntil('the turn is scored', async () => (await records(topic.scoredSamples)).length === 1)
  const [chat] = await records(topic.chatLogs)
  const [sample] = await records(topic.selectedSamples)
  const [score] = await records(topic.scoredSamples)
  await end()

  const traceId = readTraceparent(caller)?.traceId
  const [sent, sampled, judged] = [sending, chats, samples].map(name => named(spans, name, traceId))
  expect([sent?.parent, sampled?.parent, judged?.parent]).toEqual(['b7ad6b7169203331', sent?.spanId, sampled?.spanId])
  expect([chat, sample, score].map(contextIn)).toEqual(
    [sent, sampled, judged].map(span => ({ traceId, spanId: span?.spanId, sampled: true })),
  )
  expect([sent, sampled, judged].map(span => [span?.service, span?.kind, span?.status])).toEqual([
    ['ingest', 'producer', 'unset'],
    ['sampler', 'consumer', 'unset'],
    ['judge', 'consumer', 'unset'],
  ])
  expect(sampled?.attributes).toEqual({
    'messaging.system': 'embedded',
    'messaging.operation.name': 'process',
    'messaging.operation.type': 'process',
    'messaging.destination.name': topic.chatLogs,
    'messaging.destination.partition.id': expect.stringMatching(/^\d$/),
    'messaging.kafka.offset': chat?.offset,
    'messaging.consumer.group.name': 'sampler',
    'messaging.message.id': 'turn-1',
    'flywheel.outcome': 'decided',
  })
  const within = spans.filter(({ parent }) => parent === sampled?.spanId && parent !== '')
  expect(within.map(({ name }) => name).sort()).toEqual(['decide', 'gather', samples])
  const commits = spans.filter(({ name, links }) => name === 'commit' && links.includes(sampled?.spanId ?? ''))
  expect(commits.map(({ service, kind, parent }) => [service, kind, parent])).toEqual([['sampler', 'client', '']])
  expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(spans.length)
  expect(requests.map(({ path, headers }) => [path, headers['x-tenant']])).toContainEqual(['/v1/traces', 'wheel'])
  expect(requests.some(({ body }) => body.includes(secret))).toBe(false)
})

test("without a caller a trace begins at the first step, with an id derived from the event's", async () => {
  const { url, spans } = await startOtlpCollector()
  setOtelEnvironment({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${url}/v1/traces`, OTEL_SERVICE_NAME: 'my-wheel' })
  const { send, records, end } = await startTracedServices()
  await send('turn-2')
  await waitUntil('the turn is scored', async () => (await records(topic.scoredSamples)).length === 1)
  expect((await records(topic.chatLogs))[0]?.headers).not.toHaveProperty('traceparent')
  await end()
  const first = named(spans, chats)
  // printf turn-2 | sha256sum | head -c 32
  expect(first).toMatchObject({ traceId: 'ff33c94032d9f01447a779689c1dff6a', parent: '', service: 'my-wheel' })
  expect(named(spans, samples)).toMatchObject({ traceId: first?.traceId, parent: first?.spanId })
})

test('a dead letter has a span with its code and no text of the chat', async () => {
  const { url, spans, requests } = await startOtlpCollector()
  setOtelEnvironment({ OTEL_EXPORTER_OTLP_ENDPOINT: url })
  const { world, records, end } = await startTracedServices()
  await world.log.append([
    { topic: topic.chatLogs, key: 'x', value: Buffer.from(secret), headers: { traceparent: caller } },
  ])
  const letters = deadLetterTopic(topic.chatLogs, 'sampler')
  await waitUntil('it is a dead letter', async () => (await records(letters)).length === 1)
  await end()
  const refused = named(spans, chats)
  expect(refused).toMatchObject({
    parent: 'b7ad6b7169203331',
    status: 'error',
    statusMessage: 'The bytes do not match the schema they name.',
    attributes: { 'flywheel.outcome': 'dead-lettered', 'error.type': 'FLY_DECODE' },
  })
  expect(requests.some(({ body }) => body.includes(secret))).toBe(false)
})

test('a trace that its caller does not sample continues in the headers and has no spans', async () => {
  const { url, spans } = await startOtlpCollector()
  setOtelEnvironment({ OTEL_EXPORTER_OTLP_ENDPOINT: url })
  const { send, records, end } = await startTracedServices()
  await send('turn-3', { traceparent: caller.replace(/1$/, '0') })
  await waitUntil('the turn is scored', async () => (await records(topic.scoredSamples)).length === 1)
  const headers = [topic.chatLogs, topic.selectedSamples, topic.scoredSamples].map(async name =>
    contextIn((await records(name))[0]),
  )
  for (const context of await Promise.all(headers))
    expect(context).toMatchObject({ traceId: readTraceparent(caller)?.traceId, sampled: false })
  await end()
  expect(spans.filter(({ traceId }) => traceId === readTraceparent(caller)?.traceId)).toEqual([])
})

test("a trace that OpenTelemetry's sampler drops has no spans in later steps", async () => {
  const { url, spans } = await startOtlpCollector()
  const sampler = { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0' }
  setOtelEnvironment({ OTEL_EXPORTER_OTLP_ENDPOINT: url, ...sampler })
  const { send, records, end } = await startTracedServices()
  await send('turn-4')
  await send('turn-5', { traceparent: caller })
  await waitUntil('the turns are scored', async () => (await records(topic.scoredSamples)).length === 2)
  const flags = (await records(topic.scoredSamples)).map(record => contextIn(record)?.sampled)
  expect(flags.sort()).toEqual([false, true])
  await end()
  const processed = spans.filter(({ name }) => name.startsWith('process'))
  expect(new Set(processed.map(({ traceId }) => traceId))).toEqual(new Set([readTraceparent(caller)?.traceId]))
})
