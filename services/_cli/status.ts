import { z } from 'zod'
import type { Settings } from '#runtime/config/config.ts'
import { Fault } from '#runtime/core/faults.ts'

type StatusOptions = { readonly url?: string; readonly json: boolean }

const statusSchema = z.looseObject({
  services: z.array(
    z.looseObject({
      name: z.string(),
      lagRecords: z.number(),
      lagSeconds: z.number(),
      limitSeconds: z.number(),
      ok: z.boolean(),
      parked: z.number(),
    }),
  ),
  freshness: z.looseObject({
    topic: z.string(),
    withinSeconds: z.number(),
    objective: z.number(),
    scores: z.number(),
    attained: z.number().nullable(),
    p50Seconds: z.number().nullable(),
    p95Seconds: z.number().nullable(),
    ok: z.boolean(),
  }),
  agents: z.array(z.looseObject({ agent: z.string() })),
  hours: z.array(
    z.looseObject({
      topic: z.string(),
      hour: z.number(),
      accepted: z.number().nullable(),
      logged: z.number().nullable(),
      direct: z.number().nullable(),
      appended: z.number(),
      consumed: z.record(z.string(), z.number()),
      verdict: z.string(),
    }),
  ),
})

/**
 * Prints what the console of a running wheel knows. Exit code 1 when a service is behind its limit, scores are not as fresh as
 * they are to be, or records are lost.
 */
export async function status(options: StatusOptions, settings: Settings): Promise<void> {
  const url = options.url ?? `http://127.0.0.1:${settings.port}`
  const headers: Record<string, string> = settings.apiKey ? { authorization: `Bearer ${settings.apiKey}` } : {}
  const answer = await fetch(`${url}/v1/status`, { headers }).catch(error => {
    throw new Fault(
      'FLY_USAGE',
      `no console answers at ${url}: start the wheel with flywheel up, or give --url`,
      {},
      error,
    )
  })
  if (!answer.ok)
    throw new Fault(
      'FLY_USAGE',
      `the console at ${url} answered ${answer.status}: ${(await answer.text()).slice(0, 200)}`,
    )
  const known = statusSchema.parse(await answer.json())
  if (
    known.services.some(({ ok }) => !ok) ||
    !known.freshness.ok ||
    known.hours.some(({ verdict }) => verdict === 'lost')
  )
    process.exitCode = 1
  if (options.json) return void process.stdout.write(`${JSON.stringify(known)}\n`)
  for (const { name, lagRecords, lagSeconds, limitSeconds, ok, parked } of known.services)
    process.stdout.write(
      `${name.padEnd(14)} ${String(lagRecords).padStart(8)} records ${lagSeconds.toFixed(1).padStart(8)} s behind (limit ${limitSeconds} s)${ok ? '' : '  OVER'}${parked > 0 ? `  ${parked} parked` : ''}\n`,
    )
  process.stdout.write(`${freshnessText(known.freshness)}\n`)
  for (const hour of known.hours) process.stdout.write(`${hourText(hour)}\n`)
  for (const agent of known.agents) process.stdout.write(`${JSON.stringify(agent)}\n`)
}

type Freshness = z.infer<typeof statusSchema>['freshness']

function freshnessText(freshness: Freshness): string {
  const { topic, withinSeconds, objective, scores, attained, p50Seconds, p95Seconds, ok } = freshness
  const objectiveText = `within ${withinSeconds} s (objective ${100 * objective}%)`
  if (attained === null) return `${topic.padEnd(14)} no turn was scored in the last hour; ${objectiveText}`
  const quantiles = `p50 ${p50Seconds?.toFixed(1)} s, p95 ${p95Seconds?.toFixed(1)} s`
  return `${topic.padEnd(14)} ${(100 * attained).toFixed(1)}% ${objectiveText}, ${quantiles}, of ${scores} in the last hour${ok ? '' : '  MISSED'}`
}

type ReconciledHour = z.infer<typeof statusSchema>['hours'][number]

/** An hour of a topic in one line: its numbers, and that they are equal or what differs by how much. */
function hourText({ hour, topic, accepted, logged, direct, appended, consumed, verdict }: ReconciledHour): string {
  const when = `${new Date(hour).toISOString().slice(0, 16).replace('T', ' ')} UTC`
  const behind = Object.entries(consumed)
    .filter(([, records]) => records < appended)
    .map(([group, records]) => `${group} has ${appended - records} of ${appended} to consume`)
  const differences = [
    ...(accepted === null || logged === null ? ['ingest does not answer'] : []),
    ...((accepted ?? 0) > (logged ?? 0) ? [`${(accepted ?? 0) - (logged ?? 0)} accepted and not in the log`] : []),
    ...((accepted ?? 0) < (logged ?? 0)
      ? [`${(logged ?? 0) - (accepted ?? 0)} in the log whose sender got no answer`]
      : []),
    ...behind,
  ]
  const all = differences.length > 0 ? differences.join(', ') : 'accepted = logged = consumed'
  const numbers = `${accepted ?? '?'} accepted, ${logged ?? '?'} logged, ${direct ?? '?'} direct`
  return `${when}  ${topic.padEnd(12)} ${numbers}: ${all}${verdict === 'running' ? ' (still running)' : ''}`
}
