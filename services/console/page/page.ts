import type { SkippedRecords } from '#runtime/service.ts'
import type { Freshness } from '../freshness.ts'
import type { LostPositionView } from '../lost-positions.ts'
import type { Outage, Status } from '../status.ts'
import { agentSection } from './agent.ts'
import { decimal, percent, table, time } from './format.ts'
import { type Html, html } from './html.ts'

const style = `
:root { color-scheme: light dark; font: 14px/1.5 system-ui, sans-serif }
body { max-width: 72rem; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse; margin: .5rem 0 1.5rem }
th, td { text-align: left; padding: .2rem .9rem .2rem 0; vertical-align: top; border-bottom: 1px solid #8884 }
td.n { text-align: right; font-variant-numeric: tabular-nums }
.over { color: #c00; font-weight: bold } .ok { color: #080 } .dim { opacity: .6 }
code { font-size: .9em }`

/** The page of a status. It loads nothing else and reloads itself. Everything from outside is escaped. */
export function page(status: Status): string {
  return document(html`
    <h1>Flywheel</h1>
    <p class="dim">${time(status.at)} UTC, reloaded every 5 seconds</p>
    ${status.outage === null ? '' : outageLine(status.outage)}
    <h2>Services</h2>
    ${table(
      ['service', 'records behind', 'seconds behind', 'limit', '', 'unresolved dead letters'],
      status.services.map(({ name, lagRecords, lagSeconds, limitSeconds, ok, unresolved }) => [
        name,
        lagRecords,
        lagSeconds,
        limitSeconds,
        ok ? html`<span class="ok">in time</span>` : html`<span class="over">over</span>`,
        unresolved,
      ]),
    )}
    <p>${freshnessLine(status.freshness)}</p>
    ${status.lostPositions.map(lostPositionLine)}
    ${status.skipped.map(skippedLine)}
    ${status.agents.length === 0 ? html`<p>No agent yet: PUT one to ingest at /v1/agents/AGENT.</p>` : ''}
    ${status.agents.map(view => agentSection(view, status.scoresSince))}
    <h2>Hours</h2>
    ${table(
      ['hour', 'topic', 'accepted', 'in the log', 'written directly', 'consumed', ''],
      status.hours.map(({ hour, topic, accepted, logged, direct, appended, consumed, verdict }) => [
        time(hour).slice(0, 16),
        topic,
        accepted ?? 'unknown',
        logged ?? 'unknown',
        direct ?? 'unknown',
        Object.entries(consumed)
          .map(([group, records]) => `${group} ${decimal(records)} of ${decimal(appended)}`)
          .join(', '),
        html`<span class="${verdict === 'lost' || verdict === 'behind' ? 'over' : 'ok'}">${verdict}</span>`,
      ]),
    )}
    <h2>Topics</h2>
    ${table(
      ['topic', 'records at most'],
      status.topics.map(({ name, recordsAtMost }) => [name, recordsAtMost]),
    )}`)
}

function outageLine({ reason, ageSeconds }: Outage): Html {
  return html`<p class="over">The event log does not answer (${reason}). The last known state, ${seconds(ageSeconds)} old:</p>`
}

function freshnessLine(freshness: Freshness): Html {
  const { topic, withinSeconds, objective, scores, overdue, attained, p50Seconds, p95Seconds, ok } = freshness
  const objectiveText = `Objective: ${percent(objective)} of ${topic} are readable within ${withinSeconds} s of their turn`
  if (attained === null) return html`${objectiveText}; no turn was scored in the last hour, and none is overdue.`
  const late = overdue > 0 ? html` and <span class="over">${overdue} overdue</span>` : ''
  const quantiles =
    p50Seconds === null || p95Seconds === null
      ? ''
      : ` (half within ${seconds(p50Seconds)}, 95% within ${seconds(p95Seconds)})`
  return html`${objectiveText}; of ${scores} in the last hour${late} <span class="${ok ? 'ok' : 'over'}">${percent(attained)}</span>
    were${quantiles}.`
}

function lostPositionLine({ service, topic, effect, action, records, at }: LostPositionView): Html {
  const what = effect === 'skipped' ? 'were deleted before they were decided' : 'may have been decided again'
  const stopped = action === 'stop' ? html` <span class="over">The service stopped.</span>` : ''
  return html`<p>${service}: ${decimal(records)} records of ${topic} ${what}, last told at ${time(at)}.${stopped}</p>`
}

const skippedLine = ({ topic, code, records }: SkippedRecords): Html =>
  html`<p class="over">${decimal(records)} records of ${topic} cannot be decoded (${code}) and are in no view.</p>`

const seconds = (value: number): string => `${value.toFixed(1)} s`

/** The page while the event log does not answer and no earlier state is known. It must not look like a system without traffic. */
export function outagePage(message: string): string {
  return document(
    html`<h1>Flywheel</h1><p class="over">The event log does not answer, and nothing is known yet: ${message}</p>`,
  )
}

function document(body: Html): string {
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="5"><title>Flywheel</title>
<style>${{ markup: style }}</style></head><body>${body}</body></html>`.markup
}
