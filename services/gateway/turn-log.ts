import { Counter } from 'prom-client'
import type { Settings } from '#runtime/config/config.ts'
import { bearerHeader } from '#runtime/http/bearer.ts'
import type { HttpApiContext } from '#runtime/service.ts'
import { callerTraceHeaders } from '#runtime/telemetry/tracing.ts'
import { topic } from '#topology/topic-names.ts'

const INGEST_TIMEOUT_MS = 5_000

const unlogged = new Counter({
  name: 'flywheel_gateway_unlogged_total',
  help: 'Turns that were planned but could not be logged through ingest.',
  labelNames: ['reason'],
})

export type TurnLogContext = Pick<HttpApiContext<'gateway'>, 'urlOf'> & { readonly settings: Pick<Settings, 'apiKey'> }

/** Sends a chat log to ingest. True once ingest has acknowledged it; a failure is counted, never thrown: the turn is answered anyway. */
export async function logTurn(chatLog: object, { settings, urlOf }: TurnLogContext): Promise<boolean> {
  const { apiKey } = settings
  try {
    const reply = await fetch(`${urlOf('ingest')}/v1/${topic.chatLogs}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...bearerHeader(apiKey), ...callerTraceHeaders() },
      body: JSON.stringify(chatLog),
      signal: AbortSignal.timeout(INGEST_TIMEOUT_MS),
    })
    await reply.arrayBuffer()
    if (!reply.ok) unlogged.inc({ reason: `status ${reply.status}` })
    return reply.ok
  } catch {
    unlogged.inc({ reason: 'unreachable' })
    return false
  }
}
