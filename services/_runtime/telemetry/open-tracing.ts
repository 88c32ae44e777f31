import type { Logger } from 'pino'
import type { Tracing } from './tracing.ts'

/**
 * Opens tracing if the standard environment variables of OpenTelemetry set an endpoint; otherwise undefined. The SDK is loaded
 * only in the first case and reads the other variables itself. `system` is the value of the attribute `messaging.system`.
 */
export async function openTracing(system: 'kafka' | 'embedded', logger: Logger): Promise<Tracing | undefined> {
  const { env } = process
  const endpoint = env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] || env['OTEL_EXPORTER_OTLP_ENDPOINT']
  const isOff = env['OTEL_SDK_DISABLED']?.toLowerCase() === 'true' || env['OTEL_TRACES_EXPORTER'] === 'none'
  if (!endpoint || isOff) return undefined
  const { createTracing } = await import('./spans.ts')
  return createTracing(system, logger)
}
