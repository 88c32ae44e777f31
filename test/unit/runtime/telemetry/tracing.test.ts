import { Writable } from 'node:stream'
import { pino } from 'pino'
import { describe, expect, onTestFinished, test } from 'vitest'
import { Fault } from '#runtime/core/faults.ts'
import type { LogRecord } from '#runtime/log/event-log.ts'
import { openTracing } from '#runtime/telemetry/open-tracing.ts'
import { createSampler } from '#runtime/telemetry/span-sampler.ts'
import type { RecordSpan, Tracing } from '#runtime/telemetry/tracing.ts'
import { setOtelEnvironment } from '#test/support/otel-environment.ts'
import { startOtlpCollector } from '#test/support/servers/otlp-collector.ts'
import { waitUntil } from '#test/support/wait-until.ts'
import { topic } from '#topology/topic-names.ts'
import type { ServiceName } from '#topology/types.ts'

const recordAt = (offset: number): LogRecord => ({
  ...{ topic: topic.chatLogs, partition: 0, offset, timestamp: 0 },
  ...{ key: null, value: Buffer.from('x'), headers: {} },
})
/** The span of a record that was gathered, as the runtime begins it. */
const gathered = (tracing: Tracing, service: ServiceName, offset: number, inputId = `chat-${offset}`): RecordSpan =>
  tracing.gatherStarted(service, recordAt(offset)).gathered(inputId)

const decided = (tracing: Tracing, offset: number): { readonly span: RecordSpan } => {
  const span = gathered(tracing, 'sampler', offset)
  span.decideStarted()
  span.decideEnded()
  return { span }
}
const nothing = async (): Promise<void> => {}

/** What is told, beside the spans that go to a collector. */
async function traced(url: string, variables: Readonly<Record<string, string>> = {}) {
  const told: string[] = []
  const lines = new Writable({
    write(line: Buffer, _encoding, done) {
      told.push(JSON.parse(line.toString()).msg)
      done()
    },
  })
  setOtelEnvironment({ OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_EXPORTER_OTLP_TIMEOUT: '500', ...variables })
  const tracing = await openTracing('kafka', pino(lines))
  if (!tracing) throw new Error('there is an endpoint')
  onTestFinished(tracing.close)
  return { tracing, told }
}

const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' }
test.each([
  {},
  { OTEL_SERVICE_NAME: 'x', OTEL_TRACES_EXPORTER: 'otlp' },
  { OTEL_EXPORTER_OTLP_ENDPOINT: '' },
  { ...endpoint, OTEL_SDK_DISABLED: 'TRUE' },
  { ...endpoint, OTEL_TRACES_EXPORTER: 'none' },
])('%j asks for no spans', async variables => {
  setOtelEnvironment(variables)
  expect(await openTracing('kafka', pino({ level: 'silent' }))).toBeUndefined()
})

describe('a record', () => {
  test('has its span with the commit that succeeds, and each attempt to commit has its own', async () => {
    const { url, spans } = await startOtlpCollector()
    const { tracing } = await traced(url)
    const batch = [decided(tracing, 1), decided(tracing, 2)]
    const outage = new Fault('FLY_BROKER', 'gone')
    await expect(tracing.commit('sampler', batch, () => Promise.reject(outage))).rejects.toBe(outage)
    expect(await tracing.commit('sampler', batch, async () => 'position')).toBe('position')
    await tracing.close()
    const processed = spans.filter(({ kind }) => kind === 'consumer').map(({ spanId }) => spanId)
    expect(processed).toHaveLength(2)
    const commits = spans.filter(({ name }) => name === 'commit')
    expect(commits.map(({ status, links }) => [status, links])).toEqual([
      ['error', processed],
      ['unset', processed],
    ])
    expect(commits[0]?.attributes).toMatchObject({ 'error.type': 'FLY_BROKER', 'messaging.batch.message_count': 2 })
    expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(spans.length)
  })

  test('that stops its service has a span though nothing of it is committed, with the code and not the message', async () => {
    const { url, spans, requests } = await startOtlpCollector()
    const { tracing } = await traced(url)
    const bug = new TypeError('the words of a customer')
    const span = gathered(tracing, 'sampler', 1)
    span.decideStarted()
    span.decideEnded(bug)
    tracing.gatherStarted('judge', recordAt(2)).failed(bug)
    await tracing.close()
    const stopped = spans.filter(({ kind }) => kind === 'consumer')
    expect(stopped.map(({ service, attributes }) => [service, attributes['flywheel.outcome']])).toEqual([
      ['sampler', 'stopped'],
      ['judge', 'stopped'],
    ])
    expect(stopped.map(({ status, attributes }) => [status, attributes['error.type']])).toEqual([
      ['error', 'FLY_BUG'],
      ['error', 'FLY_BUG'],
    ])
    expect(requests.some(({ body }) => body.includes(bug.message))).toBe(false)
  })

  test('has the same span in a replay, and another one for another service or another place of the same event', async () => {
    const { url } = await startOtlpCollector()
    const { tracing } = await traced(url)
    const spanOf = (service: ServiceName, offset: number) => gathered(tracing, service, offset, 'same event').context
    const first = spanOf('sampler', 1)
    expect(spanOf('sampler', 1)).toEqual(first)
    for (const other of [spanOf('judge', 1), spanOf('sampler', 2)]) {
      expect(other?.traceId).toBe(first?.traceId)
      expect(other?.spanId).not.toBe(first?.spanId)
    }
  })

  test('is gathered, decided and committed one after the other', async () => {
    const { url, spans } = await startOtlpCollector()
    const { tracing } = await traced(url)
    await tracing.commit('sampler', [decided(tracing, 1)], nothing)
    await tracing.close()
    const [whole, gather, decide] = [`process ${topic.chatLogs}`, 'gather', 'decide'].map(name =>
      spans.find(span => span.name === name),
    )
    const times = [whole?.start, gather?.start, gather?.end, decide?.start, decide?.end, whole?.end].map(Number)
    expect(times).toEqual(times.toSorted((a, b) => a - b))
    expect(whole?.start).toBe(gather?.start)
  })
})

test('that spans are lost is told once, and once that they are exported again', async () => {
  let status = 400
  const { url, requests, spans } = await startOtlpCollector(response => response.writeHead(status).end())
  const { tracing, told } = await traced(url)
  /** As many as are exported at once. */
  const exported = async (requestsBefore: number): Promise<void> => {
    const batch = Array.from({ length: 200 }, (_none, at) => decided(tracing, at))
    await tracing.commit('sampler', batch, nothing)
    await waitUntil('they were sent', () => requests.length > requestsBefore)
  }
  await exported(0)
  await waitUntil('it was told', () => told.length === 1)
  await exported(requests.length)
  expect(told).toEqual(['spans cannot be exported'])
  status = 200
  await exported(requests.length)
  await waitUntil('it was told', () => told.length === 2)
  expect(told).toEqual(['spans cannot be exported', 'spans are exported again'])
  await tracing.close()
  expect(spans.length).toBeGreaterThan(0)
})

test.each([
  [undefined, undefined, /^ParentBased\{root=AlwaysOnSampler/, 0],
  ['', '', /^ParentBased\{root=AlwaysOnSampler/, 0],
  ['always_off', undefined, /^AlwaysOffSampler/, 0],
  ['traceidratio', '0.25', /^TraceIdRatioBased\{0.25\}/, 0],
  ['parentbased_traceidratio', undefined, /^ParentBased\{root=TraceIdRatioBased\{1\}/, 0],
  ['parentbased_traceidratio', 'half', /^ParentBased\{root=TraceIdRatioBased\{1\}/, 1],
  ['sometimes', undefined, /^ParentBased\{root=AlwaysOnSampler/, 1],
])('OTEL_TRACES_SAMPLER=%s with %s', (name, argument, expected, complaints) => {
  const told: string[] = []
  expect(String(createSampler(name, argument, message => told.push(message)))).toMatch(expected)
  expect(told).toHaveLength(complaints)
})
