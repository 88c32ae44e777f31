import type { Interval } from '#statistics/intervals.ts'
import type { Freshness } from './freshness.ts'
import { type Html, html } from './html.ts'
import { MIN_GOLD_FOR_INTERVAL, type Quality } from './quality.ts'
import type { AgentView, CandidateView, Status } from './status.ts'

const style = `
:root { color-scheme: light dark; font: 14px/1.5 system-ui, sans-serif }
body { max-width: 72rem; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse; margin: .5rem 0 1.5rem }
th, td { text-align: left; padding: .2rem .9rem .2rem 0; vertical-align: top; border-bottom: 1px solid #8884 }
td.n { text-align: right; font-variant-numeric: tabular-nums }
.over { color: #c00; font-weight: bold } .ok { color: #080 } .dim { opacity: .6 }
code { font-size: .9em }`

/** The page of a status; it loads nothing and reloads itself. Everything from outside is escaped. */
export function page(status: Status): string {
  return document(html`
    <h1>Flywheel</h1>
    <p class="dim">${time(status.at)} UTC, anew every 5 seconds</p>
    <h2>Services</h2>
    ${table(
      ['service', 'records behind', 'seconds behind', 'limit', '', 'parked'],
      status.services.map(({ name, lagRecords, lagSeconds, limitSeconds, ok, parked }) => [
        name,
        lagRecords,
        lagSeconds,
        limitSeconds,
        ok ? html`<span class="ok">in time</span>` : html`<span class="over">over</span>`,
        parked,
      ]),
    )}
    <p>${freshnessLine(status.freshness)}</p>
    ${status.agents.length === 0 ? html`<p>No agent yet: PUT one to ingest at /v1/agents/AGENT.</p>` : ''}
    ${status.agents.map(agentSection)}
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
      ['topic', 'records'],
      status.topics.map(({ name, records }) => [name, records]),
    )}`)
}

function freshnessLine({
  topic,
  withinSeconds,
  objective,
  scores,
  attained,
  p50Seconds,
  p95Seconds,
  ok,
}: Freshness): Html {
  const objectiveText = `${percent(objective)} of ${topic} are to be readable within ${withinSeconds} s of their turn`
  if (attained === null) return html`${objectiveText}; no turn was scored in the last hour.`
  const cssClass = ok ? 'ok' : 'over'
  return html`${objectiveText}; of ${scores} in the last hour <span class="${cssClass}">${percent(attained)}</span> were (half
    within ${seconds(p50Seconds)}, 95% within ${seconds(p95Seconds)}).`
}

/** The page while the event log does not answer: it must not look like a quiet wheel. */
export function outagePage(message: string): string {
  return document(
    html`<h1>Flywheel</h1><p class="over">The event log does not answer, nothing below is known: ${message}</p>`,
  )
}

function document(body: Html): string {
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="5"><title>Flywheel</title>
<style>${{ markup: style }}</style></head><body>${body}</body></html>`.markup
}

function agentSection(view: AgentView): Html {
  const { release } = view
  return html`
    <h2>${view.name} <code class="dim">${view.agent}</code></h2>
    <p>Served: ${
      release
        ? html`${shortDigest(release.planner)} (${release.outcome} ${time(release.at)}), accuracy
               ${percent(release.accuracy)} ${interval(release.interval)} on ${release.rows ?? 'unknown'} frozen rows`
        : 'the untuned planner, nothing was released yet'
    }. ${view.tools} tools.</p>
    <p>Production so far: ${qualityLine(view.quality)}</p>
    ${view.emerging.length > 0 ? html`<h3>Questions without a fitting tool</h3>` : ''}
    ${view.emerging.map(
      ({ at, question, tools, recent, before }) =>
        html`<p>${time(at)}: “${question}” and ${recent} like it lately, ${before} before; planned: ${tools.join(', ')}.</p>`,
    )}
    <h3>Judges</h3>
    ${table(
      ['since', 'version', 'rubric', 'model', 'outcome', 'reasons'],
      view.judges.map(({ at, judge, rubric, model, outcome, reasons }) => [
        ...[time(at), judge, rubric ?? '', model ?? '', outcome, reasons.join('; ')],
      ]),
    )}
    <h3>Candidates</h3>
    ${table(
      ['when', 'rung', 'dataset', 'candidate', 'accuracy', 'baseline', 'difference', 'outcome', 'reasons'],
      view.candidates.map(candidateRow),
    )}
    <h3>Datasets</h3>
    ${view.waiting.length > 0 ? html`<p>Waiting: ${view.waiting.join('; ')}</p>` : ''}
    ${table(
      ['version', 'when', 'gold', 'training rows', 'of them synthetic', 'evaluation rows', 'families'],
      view.datasets.map(({ version, at, gold, trainingRows, syntheticRows, evaluationRows, families }) => [
        version,
        time(at),
        gold,
        trainingRows,
        syntheticRows,
        evaluationRows,
        families,
      ]),
    )}
    <h3>Releases</h3>
    ${table(
      ['when', 'outcome', 'serves', 'before', 'rung', 'dataset'],
      view.releases.map(({ at, outcome, planner, previous, rung, datasetVersion }) => [
        time(at),
        outcome,
        shortDigest(planner),
        previous === null ? '' : shortDigest(previous),
        rung,
        datasetVersion,
      ]),
    )}`
}

function candidateRow(view: CandidateView): Cell[] {
  const {
    at,
    rung,
    datasetVersion,
    candidate,
    rows,
    candidateAccuracy,
    baselineAccuracy,
    difference,
    outcome,
    reasons,
  } = view
  return [
    time(at),
    rung,
    datasetVersion,
    shortDigest(candidate),
    html`${percent(candidateAccuracy)} of ${rows}`,
    percent(baselineAccuracy),
    difference === null ? '' : html`${percentagePoints(difference)} ${interval(view.interval, percentagePoints)}`,
    outcome,
    html`${reasons.map(reason => html`${reason}<br>`)}`,
  ]
}

function qualityLine({ sampled, gold, mean, interval: range, biasedMean }: Quality): Html {
  if (mean === null || biasedMean === null) return html`no sampled turn has gold yet (${sampled} sampled).`
  const missing = `no interval yet: it needs ${MIN_GOLD_FOR_INTERVAL} gold scores that differ`
  return html`mean score <b>${percent(mean)}</b> ${range ? interval(range) : `(${missing})`}, estimated from ${gold} gold scores
    of ${sampled} sampled turns, weighted by inclusion probability.
    ${gold < sampled ? 'Reviewers see the most telling turns first, so it leans towards those while others wait.' : ''}
    <span class="dim">Plain mean of the sample, biased: ${percent(biasedMean)}.</span>`
}

/** Numbers stand right. */
type Cell = Html | string | number

function table(head: readonly string[], rows: readonly (readonly Cell[])[]): Html {
  if (rows.length === 0) return html`<p class="dim">none yet</p>`
  const cell = (content: Cell): Html =>
    typeof content === 'number' ? html`<td class="n">${decimal(content)}</td>` : html`<td>${content}</td>`
  return html`<table><tr>${head.map(title => html`<th>${title}</th>`)}</tr>
    ${rows.map(row => html`<tr>${row.map(cell)}</tr>`)}</table>`
}

const decimal = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: 1 })
const seconds = (value: number | null): string => `${(value ?? 0).toFixed(1)} s`
const percent = (share: number): string => `${(100 * share).toFixed(1)}%`
const percentagePoints = (difference: number): string =>
  `${difference < 0 ? '−' : '+'}${(100 * Math.abs(difference)).toFixed(1)} pp`
const interval = (range: Interval | null, shown: (value: number) => string = percent): string =>
  range ? `[${shown(range.lower)}, ${shown(range.upper)}]` : '[interval unknown]'
const shortDigest = (digest: string): Html => html`<code title="${digest}">${digest.slice(0, 10)}</code>`
/** UTC; systems that write directly may send a time that no calendar has. */
const time = (at: number): string =>
  Math.abs(at) <= 8.64e15 ? new Date(at).toISOString().slice(0, 19).replace('T', ' ') : 'unknown'
