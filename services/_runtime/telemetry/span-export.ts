import {
  DiagLogLevel,
  diag,
  ROOT_CONTEXT,
  type Span,
  type SpanOptions,
  TraceFlags,
  type Tracer,
  trace,
} from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources'
import { BatchSpanProcessor, type SpanExporter, TracerProvider } from '@opentelemetry/sdk-trace'
import type { Logger } from 'pino'
import type { ServiceName } from '#topology/types.ts'
import { maxBatchSize } from '../core/batch-size.ts'
import { createSampler } from './span-sampler.ts'
import type { TraceContext } from './traceparent.ts'

/** Default timeout of one export with its retries, in milliseconds. A stopping process waits at most this long. */
const exportTimeoutMs = 5_000
/**
 * Maximum number of queued spans; further spans are dropped. A commit ends all spans of a batch at once, so the queue has room for
 * several batches.
 */
const maxQueuedSpans = 16_384

/** Starts a span with the given ids, as a child of `parent` if there is one. */
export type StartSpan = (
  service: ServiceName,
  name: string,
  ids: Pick<TraceContext, 'traceId' | 'spanId'>,
  parent: TraceContext | undefined,
  options: SpanOptions,
) => Span

/**
 * Sets up the OpenTelemetry SDK with an OTLP exporter (HTTP, protobuf). Export runs in the background and does not delay records.
 * Endpoint, headers, limits and names come from the standard environment variables. `close` exports the queued spans and gives up
 * after one timeout.
 */
export function createSpanExport(logger: Logger): { readonly start: StartSpan; readonly close: () => Promise<void> } {
  const { env } = process
  const warn = (message: string): void => logger.warn({ from: 'OpenTelemetry' }, message)
  diag.setLogger(
    { error: ignore, warn, info: ignore, debug: ignore, verbose: ignore },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  )
  const hasTimeoutSetting = env['OTEL_EXPORTER_OTLP_TRACES_TIMEOUT'] || env['OTEL_EXPORTER_OTLP_TIMEOUT']
  const exporter = new OTLPTraceExporter(hasTimeoutSetting ? {} : { timeoutMillis: exportTimeoutMs })
  const processor = new BatchSpanProcessor({
    exporter: logExportFailures(exporter, logger),
    maxQueueSize: maxQueuedSpans,
  })

  // The SDK calls the id generator synchronously while it starts a span, so `start` sets the derived ids just before.
  let next = { traceId: '', spanId: '' }
  const common = {
    sampler: createSampler(env['OTEL_TRACES_SAMPLER'], env['OTEL_TRACES_SAMPLER_ARG'], warn),
    idGenerator: { generateTraceId: () => next.traceId, generateSpanId: () => next.spanId },
    spanLimits: { linkCountLimit: maxBatchSize },
    spanProcessors: [processor],
  }
  // A process may run many services. Each has its own service name in traces, unless OTEL_SERVICE_NAME is set.
  const tracers = new Map<ServiceName, Tracer>()
  const tracerOf = (service: ServiceName): Tracer => {
    const resource = defaultResource()
      .merge(resourceFromAttributes({ 'service.name': service, 'service.namespace': 'flywheel' }))
      .merge(detectResources({ detectors: [envDetector] }))
    const tracer = new TracerProvider({ ...common, resource }).getTracer('flywheel')
    tracers.set(service, tracer)
    return tracer
  }

  return {
    start: (service, name, ids, parent, options) => {
      next = ids
      return (tracers.get(service) ?? tracerOf(service)).startSpan(
        name,
        options,
        parent ? remoteContext(parent) : ROOT_CONTEXT,
      )
    },
    close: () => processor.shutdown().catch(ignore),
  }
}

const ignore = (): void => {}

const remoteContext = ({ traceId, spanId, sampled }: TraceContext) => {
  const traceFlags = sampled ? TraceFlags.SAMPLED : TraceFlags.NONE
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags, isRemote: true })
}

/** Logs the first failed export, and the first success after failures. */
function logExportFailures(exporter: SpanExporter, logger: Logger): SpanExporter {
  let isFailing = false
  return {
    export: (spans, done) =>
      exporter.export(spans, result => {
        const failed = result.error !== undefined
        if (failed && !isFailing) logger.warn({ error: String(result.error) }, 'spans cannot be exported')
        if (!failed && isFailing) logger.info('spans are exported again')
        isFailing = failed
        done(result)
      }),
    shutdown: () => exporter.shutdown(),
  }
}
