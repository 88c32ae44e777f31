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
import type { ServiceName } from '#topology/types.ts'
import { largestBatch } from '../core/batch-size.ts'
import { samplerOf } from './span-sampler.ts'
import type { Logger } from './telemetry.ts'
import type { TraceContext } from './traceparent.ts'

/** One export with its retries, in milliseconds, unless the environment says otherwise: a stopping process waits this long. */
const exportTimeout = 5_000
/** Spans that wait; more are dropped. Commits end the spans of a batch at once, so there is room for a few of each partition. */
const queued = 16_384

/** Starts a span with these ids, within the parent's trace if there is one. */
export type Start = (
  service: ServiceName,
  name: string,
  ids: Pick<TraceContext, 'traceId' | 'spanId'>,
  parent: TraceContext | undefined,
  options: SpanOptions,
) => Span

/**
 * OpenTelemetry's SDK with an exporter over OTLP (HTTP, protobuf), which works beside the path of the records. Address,
 * headers, limits and names come from the standard's variables. `close` sends what waits and gives up after one timeout.
 */
export function createExport(logger: Logger): { readonly start: Start; readonly close: () => Promise<void> } {
  const { env } = process
  const say = (message: string): void => logger.warn({ from: 'OpenTelemetry' }, message)
  diag.setLogger(
    { error: silent, warn: say, info: silent, debug: silent, verbose: silent },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  )
  const isTimed = env['OTEL_EXPORTER_OTLP_TRACES_TIMEOUT'] || env['OTEL_EXPORTER_OTLP_TIMEOUT']
  const exporter = new OTLPTraceExporter(isTimed ? {} : { timeoutMillis: exportTimeout })
  const processor = new BatchSpanProcessor({ exporter: telling(exporter, logger), maxQueueSize: queued })

  // The SDK asks for ids while it starts a span; ours derive.
  let next = { traceId: '', spanId: '' }
  const common = {
    sampler: samplerOf(env['OTEL_TRACES_SAMPLER'], env['OTEL_TRACES_SAMPLER_ARG'], say),
    idGenerator: { generateTraceId: () => next.traceId, generateSpanId: () => next.spanId },
    spanLimits: { linkCountLimit: largestBatch },
    spanProcessors: [processor],
  }
  /** A process may run many services: each is one in the traces, unless OTEL_SERVICE_NAME gives the process a name. */
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
        parent ? remote(parent) : ROOT_CONTEXT,
      )
    },
    close: () => processor.shutdown().catch(silent),
  }
}

const silent = (): void => {}

const remote = ({ traceId, spanId, sampled }: TraceContext) => {
  const traceFlags = sampled ? TraceFlags.SAMPLED : TraceFlags.NONE
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags, isRemote: true })
}

/** Says once that exporting fails and once that it works again. */
function telling(exporter: SpanExporter, logger: Logger): SpanExporter {
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
