import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { Settings } from '#runtime/config/config.ts'
import { Fault } from '#runtime/core/faults.ts'
import { bearerHeader } from '#runtime/http/bearer.ts'
import { services } from '#topology/map.ts'
import { printLines } from './output.ts'

type RollbackOptions = { readonly url?: string; readonly to?: string; readonly why: string; readonly json: boolean }

const answerSchema = z.looseObject({
  agent: z.string(),
  request: z.string(),
  release: z.string().nullable(),
  planner: z.string().nullable(),
  previous: z.string().nullable(),
})
const refusalSchema = z.looseObject({ error: z.looseObject({ message: z.string() }) })

/** Asks the promoter to serve the planner of an earlier release again, and prints the release that this led to. */
export async function rollback(
  agent: string,
  { url, to, why, json }: RollbackOptions,
  settings: Settings,
  signal: AbortSignal,
): Promise<void> {
  const base = url ?? `http://127.0.0.1:${settings.port + (settings.kafka ? services.promoter.port : 0)}`
  const response = await fetch(`${base}/v1/agents/${encodeURIComponent(agent)}/rollback`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...bearerHeader(settings.apiKey) },
    body: JSON.stringify({ to, why, requestId: randomUUID() }),
    signal,
  }).catch(error => {
    const message = `no promoter answers at ${base}: start the services with flywheel up, or give --url`
    throw new Fault('FLY_USAGE', message, {}, error)
  })
  const text = await response.text()
  if (!response.ok) throw new Fault('FLY_USAGE', refusalText(base, response.status, text))
  const answer = answerSchema.parse(JSON.parse(text))
  const { release, planner, previous, request } = answer
  const outcome =
    release === null
      ? `request ${request} is in the log and not decided yet: flywheel status will show the release`
      : `${agent} is served by planner ${planner} again, instead of ${previous}: release ${release}`
  printLines([json ? JSON.stringify(answer) : outcome])
}

/** The message of the promoter where it sent one. */
function refusalText(base: string, status: number, text: string): string {
  try {
    return refusalSchema.parse(JSON.parse(text)).error.message
  } catch {
    return `${base} answered ${status}: ${text.slice(0, 200)}`
  }
}
