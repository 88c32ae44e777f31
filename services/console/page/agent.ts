import { MIN_ROWS_FOR_INTERVAL } from '#statistics/production-mean.ts'
import type { AgentView, CandidateView } from '../agent-view.ts'
import type { Quality } from '../quality.ts'
import { type Cell, interval, percent, percentagePoints, shortDigest, table, time } from './format.ts'
import { type Html, html } from './html.ts'

/** The section of one agent. */
export function agentSection(view: AgentView, scoresSince: number | null): Html {
  return html`
    <h2>${view.name} <code class="dim">${view.agent}</code></h2>
    <p>Served: ${servedPlanner(view)}. ${view.tools} tools.</p>
    <p>Production ${scoresSince === null ? 'so far' : `scored since ${time(scoresSince)}`}: ${qualityLine(view.quality)}</p>
    ${view.emerging.length > 0 ? html`<h3>Questions without a fitting tool</h3>` : ''}
    ${view.emerging.map(
      ({ at, question, tools, recent, before }) =>
        html`<p>${time(at)}: “${question}” and ${recent} similar recent ones, ${before} before; planned: ${tools.join(', ')}.</p>`,
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
      [
        'when',
        'rung',
        'dataset',
        'candidate',
        'accuracy',
        'production',
        'released',
        'difference',
        'outcome',
        'reasons',
      ],
      view.candidates.map(candidateRow),
    )}
    <h3>Datasets</h3>
    ${view.waiting.length > 0 ? html`<p>Waiting: ${view.waiting.join('; ')}</p>` : ''}
    ${table(
      ['version', 'when', 'gold', 'training rows', 'of them synthetic', 'evaluation rows', 'families'],
      view.datasets.map(({ version, at, gold, trainingRows, syntheticRows, evaluationRows, families }) => [
        ...[version, time(at), gold, trainingRows, syntheticRows, evaluationRows, families],
      ]),
    )}
    <h3>Releases</h3>
    ${table(
      ['when', 'outcome', 'serves', 'before', 'rung', 'dataset'],
      view.releases.map(({ at, outcome, planner, previous, rung, datasetVersion }) => [
        ...[time(at), outcome, shortDigest(planner), previous === null ? '' : shortDigest(previous)],
        ...[rung, datasetVersion],
      ]),
    )}`
}

function servedPlanner({ release }: AgentView): Html {
  if (release === null) return html`the untuned planner, nothing was released yet`
  const { planner, outcome, at, accuracy, rows } = release
  const measured = `accuracy ${percent(accuracy)} ${interval(release.interval)} on ${rows ?? 'unknown'} frozen rows`
  return html`${shortDigest(planner)} (${outcome} ${time(at)}), ${measured}`
}

function candidateRow(view: CandidateView): Cell[] {
  const { at, rung, datasetVersion, candidate, rows, candidateAccuracy, baselineAccuracy } = view
  const { difference, outcome, reasons, production, baselineReleased } = view
  return [
    time(at),
    rung,
    datasetVersion,
    shortDigest(candidate),
    html`${percent(candidateAccuracy)} of ${rows}`,
    production === null ? '' : html`${percent(production.accuracy)} of ${production.rows}`,
    `${percent(baselineAccuracy)}${baselineReleased ? '' : ' (untuned, not released)'}`,
    difference === null ? '' : html`${percentagePoints(difference)} ${interval(view.interval, percentagePoints)}`,
    outcome,
    html`${reasons.map(reason => html`${reason}<br>`)}`,
  ]
}

function qualityLine({ sampled, gold, used, until, mean, interval: range, biasedMean }: Quality): Html {
  if (mean === null || biasedMean === null || until === null)
    return html`no estimate yet: the oldest sampled turn waits for its review (${gold} of ${sampled} sampled turns are reviewed).`
  const missing = `no interval yet: it needs ${MIN_ROWS_FOR_INTERVAL} gold scores that differ`
  return html`mean score <b>${percent(mean)}</b> ${range ? interval(range) : `(${missing})`}, estimated from the ${used} gold scores of turns
    sampled up to ${time(until)}, all of which are reviewed, weighted by inclusion probability (${gold} of ${sampled} sampled turns are reviewed).
    <span class="dim">Plain mean of the sample, biased: ${percent(biasedMean)}.</span>`
}
