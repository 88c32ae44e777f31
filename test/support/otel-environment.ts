import { onTestFinished, vi } from 'vitest'

/** The environment of the running test: OpenTelemetry's variables are these and no others. */
export function setOtelEnvironment(variables: Readonly<Record<string, string>>): void {
  for (const name of Object.keys(process.env)) if (name.startsWith('OTEL_')) vi.stubEnv(name, undefined)
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value)
  onTestFinished(() => void vi.unstubAllEnvs())
}
