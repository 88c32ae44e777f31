import type { Settings } from '#runtime/config/config.ts'
import type { SampleScored } from '#schemas/events.ts'
import { topic } from '#topology/topic-names.ts'
import { type EstimateRow, estimateRows, type Metric, reviewedScores, type Stratum } from './estimates.ts'
import { formatPercent, printLines } from './output.ts'
import { withRecordReader } from './read-records.ts'

type EstimateOptions = { readonly by?: Stratum; readonly json: boolean }

/** Prints the quality of production, estimated from the turns that were selected and have gold. */
export async function estimate(
  metric: Metric,
  { by, json }: EstimateOptions,
  settings: Settings,
  signal: AbortSignal,
): Promise<void> {
  const scored: SampleScored[] = []
  await withRecordReader(settings, signal, records =>
    records.read(topic.scoredSamples, { from: 'beginning', follow: false }, batch => {
      for (const { event } of batch) if (isSampleScored(event)) scored.push(event)
    }),
  )
  const rows = estimateRows(reviewedScores(scored), metric, by)
  if (json) return printLines([JSON.stringify({ metric, by: by ?? null, rows })])
  printLines(rows.length > 0 ? rows.map(rowText) : ['no estimate yet: the oldest selected turn waits for its gold'])
}

/** A record of the topic may also be a deletion, or bytes that are no event. */
const isSampleScored = (event: object): event is SampleScored => 'sampleId' in event

function rowText({ agent, stratum, rows, effectiveRows, mean, interval, biasedMean }: EstimateRow): string {
  const range = interval
    ? `[${formatPercent(interval.lower)}, ${formatPercent(interval.upper)}]`
    : '(no interval: it needs 30 values that differ)'
  const what = `${agent} ${stratum ?? 'all turns'}`.padEnd(40)
  return `${what} ${formatPercent(mean)} ${range}  ${rows} rows, effectively ${effectiveRows.toFixed(0)}  plain mean (biased): ${formatPercent(biasedMean)}`
}
