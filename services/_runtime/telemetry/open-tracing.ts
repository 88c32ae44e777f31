import type { Logger } from 'pino'
import type { Tracing } from './tracing.ts'

/**
 * Spans, where OpenTelemetry's standard variables name an endpoint for them. The SDK is loaded only then, and reads the rest
 * of the variables itself. `system` is the event log, as `messaging.system` names it.
 */
export async function openTracing(system: 'kafka' | 'embedded', logger: Logger): Promise<Tracing | undefined> {
  const { env } = process
  const endpoint = env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] || env['OTEL_EXPORTER_OTLP_ENDPOINT']
  const isOff = env['OTEL_SDK_DISABLED']?.toLowerCase() === 'true' || env['OTEL_TRACES_EXPORTER'] === 'none'
  if (!endpoint || isOff) return undefined
  const { createTracing } = await import('./spans.ts')
  return createTracing(system, logger)
}
