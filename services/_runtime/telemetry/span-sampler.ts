import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace'

/**
 * Creates the sampler that OTEL_TRACES_SAMPLER and OTEL_TRACES_SAMPLER_ARG select: the SDK does not read them itself
 * (https://opentelemetry.io/docs/languages/sdk-configuration/general/). An unknown value causes a warning and the default is used.
 */
export function createSampler(
  name: string | undefined,
  argument: string | undefined,
  warn: (message: string) => void,
): Sampler {
  const ratio = Number(argument || 1)
  const roots: Readonly<Record<string, Sampler>> = {
    always_on: new AlwaysOnSampler(),
    always_off: new AlwaysOffSampler(),
    traceidratio: new TraceIdRatioBasedSampler(Number.isNaN(ratio) ? 1 : ratio),
  }
  const samplerName = name || 'parentbased_always_on'
  const root = roots[samplerName.replace(/^parentbased_/, '')]
  if (Number.isNaN(ratio)) warn(`OTEL_TRACES_SAMPLER_ARG: ${argument} is not a number; 1 is used`)
  if (!root) warn(`OTEL_TRACES_SAMPLER: ${name} is not known; parentbased_always_on is used`)
  return root && !samplerName.startsWith('parentbased_')
    ? root
    : new ParentBasedSampler({ root: root ?? new AlwaysOnSampler() })
}
