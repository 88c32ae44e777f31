import { ROOT_CONTEXT, SpanKind, type Tracer, trace } from '@opentelemetry/api'
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { expect, test } from 'vitest'
import { readSettings } from '#runtime/config/config.ts'
import { openRuntime } from '#runtime/host/open-runtime.ts'
import { readTraceparent } from '#runtime/telemetry/traceparent.ts'
import type { ChatLogged, SampleSelected } from '#schemas/events.ts'
import { temporaryFolder } from '#test/support/folder.ts'
import { setOtelEnvironment } from '#test/support/otel-environment.ts'
import { runUntilTestEnds } from '#test/support/run-until-test-ends.ts'
import { waitUntil } from '#test/support/wait-until.ts'
import { topic } from '#topology/topic-names.ts'

/** Ingest and sampler on a fresh embedded log, with a key and one agent whose turns are all sampled. */
async function startIngestAndSampler() {
  const settings = readSettings({
    ...{ FLYWHEEL_HOME: temporaryFolder(), FLYWHEEL_PORT: '0', FLYWHEEL_LOG_LEVEL: 'silent' },
    FLYWHEEL_API_KEY: 'the-key-of-this-test',
  })
  const runtime = await openRuntime(settings)
  const { urlOf, signal } = await runUntilTestEnds(runtime, ['ingest', 'sampler'])
  const headers = { authorization: 'Bearer the-key-of-this-test', 'content-type': 'application/json' }
  const body = { tools: [{ name: 'weather', description: 'The weather of a city.' }], budgets: { sampleShare: 1 } }
  await fetch(`${urlOf('ingest')}/v1/agents/desk`, { method: 'PUT', headers, body: JSON.stringify(body) })
  const read = async <T>(name: string) => {
    const found: { event: T; traceparent: string | undefined }[] = []
    await runtime.log.read(
      [name],
      { from: 'beginning', follow: false },
      async records => {
        for (const { value, headers } of records)
          if (value)
            found.push({ event: (await runtime.codec.decodeAny(value)) as T, traceparent: headers['traceparent'] })
      },
      signal,
    )
    return found
  }
  return { url: urlOf('ingest'), headers, read }
}

/** What an instrumented agent does for one question: an agent span around a model call and a tool call. */
function answer(tracer: Tracer, conversationId: string, city: string): string {
  const agent = tracer.startSpan('invoke_agent desk', {
    attributes: {
      'gen_ai.operation.name': 'invoke_agent',
      'gen_ai.agent.name': 'desk',
      'gen_ai.conversation.id': conversationId,
    },
  })
  const below = trace.setSpan(ROOT_CONTEXT, agent)
  const question = { role: 'user', parts: [{ type: 'text', content: `Weather in ${city}?` }] }
  const call = { role: 'assistant', parts: [{ type: 'tool_call', id: 'c', name: 'weather', arguments: { city } }] }
  const model = { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'any' }
  const attributes = {
    ...model,
    'gen_ai.input.messages': JSON.stringify([question]),
    'gen_ai.output.messages': JSON.stringify([call]),
  }
  tracer.startSpan('chat any', { kind: SpanKind.CLIENT, attributes }, below).end()
  tracer
    .startSpan(
      'execute_tool weather',
      { attributes: { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': 'weather' } },
      below,
    )
    .end()
  agent.end()
  return agent.spanContext().spanId
}

test.each([
  ['protobuf', ProtobufExporter, 'none'],
  ['protobuf, compressed', ProtobufExporter, 'gzip'],
  ['JSON', JsonExporter, 'none'],
  ['JSON, compressed', JsonExporter, 'gzip'],
])('OpenTelemetry’s own exporter sends turns in %s', async (_what, Exporter, compression) => {
  const { url, headers, read } = await startIngestAndSampler()
  setOtelEnvironment({
    OTEL_EXPORTER_OTLP_ENDPOINT: url,
    OTEL_EXPORTER_OTLP_HEADERS: `authorization=${encodeURIComponent(headers.authorization)}`,
    OTEL_EXPORTER_OTLP_COMPRESSION: compression,
  })
  const processor = new BatchSpanProcessor({ exporter: new Exporter() })
  const resource = resourceFromAttributes({ 'service.name': 'shop-web' })
  const tracer = new TracerProvider({ resource, spanProcessors: [processor] }).getTracer('test')
  const spanIds = ['Paris', 'Rome'].map(city => answer(tracer, 'c1', city))
  await processor.shutdown()

  const turns = await read<ChatLogged>(topic.chatLogs)
  expect(turns.map(({ event }) => event)).toMatchObject(
    ['Paris', 'Rome'].map(city => ({
      ...{ agent: 'desk', conversationId: 'c1', question: `Weather in ${city}?`, source: 'shop-web' },
      plan: { calls: [{ tool: 'weather', arguments: JSON.stringify({ city }) }] },
      latencyMs: expect.any(Number),
    })),
  )
  expect(turns.map(({ traceparent }) => readTraceparent(traceparent)?.spanId)).toEqual(spanIds)
  await waitUntil('both are samples', async () => (await read<SampleSelected>(topic.selectedSamples)).length === 2)
})
