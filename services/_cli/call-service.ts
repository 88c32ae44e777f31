import { z } from 'zod'
import type { Settings } from '#runtime/config/config.ts'
import { Fault } from '#runtime/core/faults.ts'
import { parseIfJson } from '#runtime/core/json.ts'
import { bearerHeader } from '#runtime/http/bearer.ts'
import { services } from '#topology/map.ts'
import type { ServiceName } from '#topology/types.ts'

const refusalSchema = z.looseObject({ error: z.looseObject({ message: z.string() }) })

export type ServiceRequest = {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE'
  readonly path: string
  readonly body?: unknown
}

/** Calls the HTTP API of a running service and returns its JSON. FLY_USAGE with what to do where it does not answer, or refuses. */
export async function callService(
  service: ServiceName,
  { method, path, body }: ServiceRequest,
  { url, settings, signal }: { readonly url: string | undefined; readonly settings: Settings; signal: AbortSignal },
): Promise<unknown> {
  // One process serves all on the embedded log; on Kafka each has a port of its own.
  const base = url ?? `http://127.0.0.1:${settings.port + (settings.kafka ? services[service].port : 0)}`
  const response = await fetch(`${base}${path}`, {
    method,
    headers: { ...bearerHeader(settings.apiKey), ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    signal,
  }).catch(error => {
    const message = `${service} does not answer at ${base}: start it with flywheel up, or give --port or --url`
    throw new Fault('FLY_USAGE', message, {}, error)
  })
  const text = await response.text()
  const answer = parseIfJson(text)
  if (response.ok && typeof answer === 'object') return answer
  const refusal = refusalSchema.safeParse(answer)
  const reason = refusal.success ? refusal.data.error.message : text.slice(0, 200)
  throw new Fault('FLY_USAGE', `${service} at ${base} answered ${response.status}: ${reason}`)
}
