import { detectInFields } from '#redaction/detect-in-fields.ts'
import type { RedactionKind } from '#redaction/engine/kinds.ts'
import type { ReadableRecord } from '#runtime/codec/readable-record.ts'
import type { Settings } from '#runtime/config/config.ts'
import { Fault } from '#runtime/core/faults.ts'
import type { SweepableStore } from '#runtime/objects/object-store.ts'
import { openObjects } from '#runtime/objects/open-objects.ts'
import { readTraceparent } from '#runtime/telemetry/traceparent.ts'
import { printLines } from './output.ts'
import { withRecordReader } from './read-records.ts'

/** Findings of each topic that are listed; all are counted. */
const maxListed = 100

type Finding = { readonly at: string; readonly field: string; readonly kind: RedactionKind }

/** What was found in a topic, or in the object store. */
type TopicFindings = {
  readonly name: string
  /** Records or objects that were scanned. */
  readonly looked: number
  /** How many findings of each kind. */
  readonly kinds: Readonly<Record<string, number>>
  /** Where the first of them are. */
  readonly places: readonly Finding[]
}

/**
 * Scans every record of the log and every object of the store for personal data and secrets. Prints how many of each kind are
 * where, never the values. Exit code 1 when there are any. FLY_USAGE when the log has no topics.
 */
export async function findPersonalData(
  { json }: { readonly json: boolean },
  settings: Settings,
  signal: AbortSignal,
): Promise<void> {
  const reports: TopicFindings[] = []
  await withRecordReader(settings, signal, async records => {
    const topics = await records.topics()
    if (topics.length === 0)
      throw new Fault('FLY_USAGE', 'this log has no topics yet: give --home or --kafka of another log')
    for (const topic of topics.toSorted()) {
      const report = createFindings(topic)
      await records.read(topic, { from: 'beginning', follow: false }, batch => {
        for (const record of batch) report.scan(`${record.partition}@${record.offset}`, searchableContent(record))
      })
      reports.push(report.result())
    }
  })
  const objects = createFindings('objects')
  for await (const [digest, text] of textObjects(await openObjects(settings))) objects.scan(digest, text)
  reports.push(objects.result())
  const found = reports.filter(({ kinds }) => Object.keys(kinds).length > 0)
  if (found.length > 0) process.exitCode = 1
  printLines(json ? [JSON.stringify({ found })] : findingLines(reports, found))
}

function createFindings(name: string) {
  const kinds: Record<string, number> = {}
  const places: Finding[] = []
  let looked = 0
  return {
    scan(at: string, content: unknown): void {
      looked++
      for (const { field, kind } of detectInFields(content)) {
        kinds[kind] = (kinds[kind] ?? 0) + 1
        if (places.length < maxListed) places.push({ at, field, kind })
      }
    },
    result: (): TopicFindings => ({ name, looked, kinds, places }),
  }
}

/** Values that are not events are scanned as text. Keys of changelog records are collection and key, separated by NUL. */
function searchableContent({ key, event, headers }: ReadableRecord): object {
  const text =
    'bytes' in event && typeof event.bytes === 'string' ? Buffer.from(event.bytes, 'base64').toString() : event
  const { traceparent, ...others } = headers
  // Trace ids are random digits, and some look like card numbers.
  const visibleHeaders = readTraceparent(traceparent) ? others : headers
  return { ...(typeof text === 'string' ? { bytes: text } : text), headers: visibleHeaders, key: key?.split('\u0000') }
}

/**
 * The objects that are UTF-8 text, each with its digest; models and other binary objects are skipped. A damaged one is named on stderr,
 * and makes the exit code 1: nobody knows what is in it.
 */
async function* textObjects(store: SweepableStore): AsyncGenerator<[digest: string, text: string]> {
  const utf8 = new TextDecoder('utf-8', { fatal: true })
  for await (const { digest } of store.list())
    try {
      yield [digest, utf8.decode(await store.get(digest))]
    } catch (error) {
      if (error instanceof TypeError) continue
      if (!(error instanceof Fault) || error.code !== 'FLY_OBJECT') throw error
      process.stderr.write(`not scanned: ${error.message}\n`)
      process.exitCode = 1
    }
}

function findingLines(all: readonly TopicFindings[], found: readonly TopicFindings[]): readonly string[] {
  const looked = all.reduce((sum, report) => sum + report.looked, 0)
  if (found.length === 0)
    return [`nothing found in ${looked} records and objects of ${all.length - 1} topics and the object store`]
  return found.flatMap(({ name, kinds, places }) => {
    const counts = Object.entries(kinds)
    const left = counts.reduce((sum, [, count]) => sum + count, 0) - places.length
    return [
      `${name}: ${counts.map(([kind, count]) => `${count} ${kind}`).join(', ')}`,
      ...places.map(({ at, field, kind }) => `  ${at} ${field}: ${kind}`),
      ...(left > 0 ? [`  and ${left} more`] : []),
    ]
  })
}
