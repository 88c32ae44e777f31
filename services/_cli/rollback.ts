import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { Settings } from '#runtime/config/config.ts'
import { callService } from './call-service.ts'
import { printLines } from './output.ts'

type RollbackOptions = { readonly url?: string; readonly to?: string; readonly why: string; readonly json: boolean }

const answerSchema = z.looseObject({
  agent: z.string(),
  request: z.string(),
  release: z.string().nullable(),
  planner: z.string().nullable(),
  previous: z.string().nullable(),
})

/** Asks the promoter to serve the planner of an earlier release again, and prints the release that this led to. */
export async function rollback(
  agent: string,
  { url, to, why, json }: RollbackOptions,
  settings: Settings,
  signal: AbortSignal,
): Promise<void> {
  const path = `/v1/agents/${encodeURIComponent(agent)}/rollback`
  const body = { to, why, requestId: randomUUID() }
  const answer = answerSchema.parse(
    await callService('promoter', { method: 'POST', path, body }, { url, settings, signal }),
  )
  const { release, planner, previous, request } = answer
  const outcome =
    release === null
      ? `request ${request} is in the log and not decided yet: flywheel status will show the release`
      : `${agent} is served by planner ${planner} again, instead of ${previous}: release ${release}`
  printLines([json ? JSON.stringify(answer) : outcome])
}
