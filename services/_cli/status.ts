import { z } from 'zod'
import type { Settings } from '#runtime/config/config.ts'
import { Fault } from '#runtime/core/faults.ts'
import { parseIfJson } from '#runtime/core/json.ts'
import { bearerHeader } from '#runtime/http/bearer.ts'
import { formatPercent, printLines } from './output.ts'

type StatusOptions = { readonly url?: string; readonly json: boolean }

/** Longer than the console itself waits for the log, in milliseconds. */
const answerTimeoutMs = 10_000

const agentSchema = z.looseObject({
  agent: z.string(),
  candidates: z.array(
    z.looseObject({
      rung: z.string(),
      outcome: z.string(),
      candidateAccuracy: z.number(),
      production: z.looseObject({ accuracy: z.number(), rows: z.number() }).nullable(),
      baselineAccuracy: z.number(),
      baselineReleased: z.boolean(),
      rows: z.number(),
    }),
  ),
})

const statusSchema = z.looseObject({
  outage: z.looseObject({ reason: z.string(), ageSeconds: z.number() }).nullable(),
  services: z.array(
    z.looseObject({
      name: z.string(),
      lagRecords: z.number(),
      lagSeconds: z.number(),
      limitSeconds: z.number(),
      ok: z.boolean(),
      unresolved: z.number(),
    }),
  ),
  freshness: z.looseObject({
    topic: z.string(),
    withinSeconds: z.number(),
    objective: z.number(),
    scores: z.number(),
    overdue: z.number(),
    attained: z.number().nullable(),
    p50Seconds: z.number().nullable(),
    p95Seconds: z.number().nullable(),
    ok: z.boolean().nullable(),
  }),
  lostPositions: z.array(
    z.looseObject({
      service: z.string(),
      topic: z.string(),
      effect: z.enum(['skipped', 'repeated']),
      action: z.enum(['stop', 'continue']),
      records: z.number(),
      at: z.number(),
    }),
  ),
  skipped: z.array(z.looseObject({ topic: z.string(), code: z.string(), records: z.number() })),
  agents: z.array(agentSchema),
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
type Status = z.infer<typeof statusSchema>
type ServiceStatus = Status['services'][number]
type Freshness = Status['freshness']
type AgentStatus = z.infer<typeof agentSchema>
type ReconciledHour = Status['hours'][number]
type LostPosition = Status['lostPositions'][number]
type SkippedRecords = Status['skipped'][number]

/**
 * Prints the status that the console of running services reports. Exit code 1 when a service is over its lag limit, scored
 * samples miss their freshness objective, or records are lost; also when the log does not answer the console, which then reports
 * the last state that it knew. FLY_BROKER when the console does not answer within the time limit, or knows no state yet.
 */
export async function status(
  options: StatusOptions,
  settings: Settings,
  timeoutMs: number = answerTimeoutMs,
): Promise<void> {
  const url = options.url ?? `http://127.0.0.1:${settings.port}`
  const known = await readStatus(url, settings, timeoutMs)
  if (
    known.outage !== null ||
    known.services.some(({ ok }) => !ok) ||
    known.freshness.ok === false ||
    known.hours.some(({ verdict }) => verdict === 'lost')
  )
    process.exitCode = 1
  if (options.json) return printLines([JSON.stringify(known)])
  printLines([
    ...(known.outage === null ? [] : [outageText(known.outage)]),
    ...known.services.map(serviceText),
    ...known.lostPositions.map(lostPositionText),
    ...known.skipped.map(skippedText),
    freshnessText(known.freshness),
    ...known.hours.map(hourText),
    ...known.agents.flatMap(agent => [...candidateText(agent), JSON.stringify(agent)]),
  ])
}

async function readStatus(url: string, { apiKey }: Settings, timeoutMs: number): Promise<Status> {
  const signal = AbortSignal.timeout(timeoutMs)
  const request = async () => {
    const answer = await fetch(`${url}/v1/status`, { headers: bearerHeader(apiKey), signal })
    return { code: answer.status, text: await answer.text() }
  }
  const { code, text } = await request().catch(error => {
    const [fault, message] = signal.aborted
      ? ([
          'FLY_BROKER',
          `the status cannot be read: the console at ${url} does not answer within ${timeoutMs} ms`,
        ] as const)
      : (['FLY_USAGE', `no console answers at ${url}: start the services with flywheel up, or give --url`] as const)
    throw new Fault(fault, message, {}, error)
  })
  // With 503 it answers the last state that it knew, or an error where it knows none.
  const known = code === 200 || code === 503 ? statusSchema.safeParse(parseIfJson(text)) : undefined
  if (known?.success) return known.data
  const message = `the status cannot be read: the console at ${url} answered ${code}: ${text.slice(0, 200)}`
  throw new Fault(code === 503 ? 'FLY_BROKER' : 'FLY_USAGE', message)
}

function outageText({ reason, ageSeconds }: NonNullable<Status['outage']>): string {
  return `THE EVENT LOG DOES NOT ANSWER (${reason}). The last known state, ${ageSeconds.toFixed(0)} s old:`
}

function serviceText(service: ServiceStatus): string {
  const { name, lagRecords, lagSeconds, limitSeconds, ok, unresolved } = service
  const lag = `${String(lagRecords).padStart(8)} records ${lagSeconds.toFixed(1).padStart(8)} s behind`
  const flags = `${ok ? '' : '  OVER THE LIMIT'}${unresolved > 0 ? `  ${unresolved} unresolved dead letters` : ''}`
  return `${name.padEnd(14)} ${lag} (limit ${limitSeconds} s)${flags}`
}

function lostPositionText({ service, topic, effect, action, records, at }: LostPosition): string {
  const what = effect === 'skipped' ? 'were deleted before they were decided' : 'may have been decided again'
  const when = `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`
  return `${service.padEnd(14)} ${records} records of ${topic} ${what}, last told ${when}${action === 'stop' ? '  STOPPED' : ''}`
}

function skippedText({ topic, code, records }: SkippedRecords): string {
  return `${topic.padEnd(14)} ${records} records cannot be decoded (${code}) and are in no view`
}

/** What production, the released planner and the newest candidate reach; nothing before the first candidate. */
function candidateText({ agent, candidates: [newest] }: AgentStatus): readonly string[] {
  if (newest === undefined) return []
  const { rung, outcome, rows, production, baselineAccuracy, baselineReleased, candidateAccuracy } = newest
  const own = production === null ? 'unknown' : `${formatPercent(production.accuracy)} of ${production.rows} rows`
  const released = baselineReleased ? formatPercent(baselineAccuracy) : 'none'
  const candidate = `${rung} candidate ${formatPercent(candidateAccuracy)} of ${rows} rows (${outcome})`
  return [`${agent.padEnd(14)} accuracy in production ${own}, released planner ${released}, ${candidate}`]
}

function freshnessText(freshness: Freshness): string {
  const { topic, withinSeconds, objective, scores, overdue, attained, p50Seconds, p95Seconds, ok } = freshness
  const objectiveText = `within ${withinSeconds} s (objective ${formatPercent(objective)})`
  if (attained === null)
    return `${topic.padEnd(14)} no turn was scored in the last hour, and none is overdue; ${objectiveText}`
  const quantiles =
    p50Seconds === null || p95Seconds === null ? '' : ` p50 ${p50Seconds.toFixed(1)} s, p95 ${p95Seconds.toFixed(1)} s,`
  const late = overdue > 0 ? ` and ${overdue} overdue` : ''
  return `${topic.padEnd(14)} ${formatPercent(attained)} ${objectiveText},${quantiles} of ${scores} in the last hour${late}${ok ? '' : '  MISSED'}`
}

/** One hour of a topic: its counts, and either that they agree or by how much they differ. */
function hourText({ hour, topic, accepted, logged, direct, appended, consumed, verdict }: ReconciledHour): string {
  const when = `${new Date(hour).toISOString().slice(0, 16).replace('T', ' ')} UTC`
  const behind = Object.entries(consumed)
    .filter(([, records]) => records < appended)
    .map(([group, records]) => `${group} has not consumed ${appended - records} of ${appended}`)
  const differences = [...ingestDifferences(accepted, logged), ...behind]
  const all = differences.length > 0 ? differences.join(', ') : 'accepted = logged = consumed'
  const numbers = `${accepted ?? '?'} accepted, ${logged ?? '?'} logged, ${direct ?? '?'} direct`
  return `${when}  ${topic.padEnd(12)} ${numbers}: ${all}${verdict === 'running' ? ' (still running)' : ''}`
}

/** Both are null while ingest does not answer, `logged` where it did not read the log so far back when it started. */
function ingestDifferences(accepted: number | null, logged: number | null): readonly string[] {
  if (accepted === null) return ['ingest does not answer']
  if (logged === null) return ['ingest has not read the log of this hour since it started']
  if (accepted > logged) return [`${accepted - logged} accepted and not in the log`]
  return accepted < logged ? [`${logged - accepted} in the log whose sender got no answer`] : []
}
