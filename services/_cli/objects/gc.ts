import type { Settings } from '#runtime/config/config.ts'
import { Fault } from '#runtime/core/faults.ts'
import { type CollectionReport, collectGarbage, type Fate, fateMeanings } from '#runtime/objects/collect-garbage.ts'
import { openObjects } from '#runtime/objects/open-objects.ts'
import { formatCount, printLines, tableLines } from '../output.ts'
import { parseTime } from '../parse-time.ts'
import { type RecordReader, withRecordReader } from '../read-records.ts'

type CollectOptions = { readonly dryRun: boolean; readonly olderThan: string; readonly json: boolean }

/** In ms. Services store an object before the event that names it; this is more than their longest batch. */
const minimumAge = 3_600_000

/**
 * Deletes the objects that nothing names any more, and prints what became of how many. Exit code 1 when a named one is damaged.
 * FLY_USAGE when the objects would be judged too young, or the log is not theirs.
 */
export async function collectObjects(
  { dryRun, olderThan, json }: CollectOptions,
  settings: Settings,
  signal: AbortSignal,
): Promise<void> {
  const now = Date.now()
  const before = parseTime('--older-than', olderThan, now)
  if (before > now - minimumAge)
    throw new Fault(
      'FLY_USAGE',
      `--older-than ${olderThan}: give 1h or more; what services stored just now is not named by an event yet`,
    )
  const store = await openObjects(settings)
  await withRecordReader(settings, signal, async records => {
    const report = await collectGarbage(store, {
      ...{ before, dryRun, signal },
      readRecords: onContent => readAllRecords(records, onContent),
      onRead: (read, of) => {
        if (read % 1_000 === 0) writeProgress(`${formatCount(read)} of ${formatCount(of)} objects read`)
      },
    })
    if (report.damaged.length > 0) process.exitCode = 1
    printLines(json ? [JSON.stringify({ dryRun, ...report })] : reportLines(report, dryRun))
  })
}

/** Of a process that holds the log, values that are not events come in base64. */
async function readAllRecords(records: RecordReader, onContent: (content: Uint8Array) => void): Promise<void> {
  const topics = await records.topics()
  if (topics.length === 0)
    throw new Fault('FLY_USAGE', 'this log has no topics yet: give --home or --kafka of another log')
  for (const topic of topics.toSorted()) {
    let count = 0
    await records.read(topic, { from: 'beginning', follow: false }, batch => {
      for (const record of batch) onContent(Buffer.from(JSON.stringify(record)))
      count += batch.length
    })
    writeProgress(`${topic}: ${formatCount(count)} records read`)
  }
}

const writeProgress = (text: string): void => void process.stderr.write(`${text}\n`)

function reportLines({ damaged, ...counts }: CollectionReport, dryRun: boolean): readonly string[] {
  const rows = Object.entries(counts).map(([fate, { objects, bytes }]) => [
    ...[formatCount(objects), formatCount(bytes), fateMeanings[fate as Fate]],
  ])
  return [
    ...tableLines(
      ['objects', 'bytes', dryRun ? 'what would become of them' : 'what became of them'],
      rows,
      new Set([0, 1]),
    ),
    ...damaged.map(digest => `damaged, and kept: ${digest}`),
  ]
}
