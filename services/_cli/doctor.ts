import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Kind } from '#redaction/kinds.ts'
import { placesIn } from '#redaction/places.ts'
import type { Settings } from '#runtime/config/config.ts'
import { Fault } from '#runtime/core/faults.ts'
import type { Readably } from '#runtime/host/records.ts'
import { readTraceparent } from '#runtime/telemetry/traceparent.ts'
import { withRecords } from './read-records.ts'

/** Places of each topic that are told; all are counted. */
const told = 100

type Place = { readonly at: string; readonly field: string; readonly kind: Kind }

/** What was found in a topic, or in the objects. */
type Report = {
  readonly name: string
  readonly looked: number
  readonly kinds: Readonly<Record<string, number>>
  /** The first of them. */
  readonly places: readonly Place[]
}

/**
 * Looks for personal data and secrets in every record of the log and in every object of the store, and prints how many of
 * which kind are where, never what. Exit code 1 when there are any. FLY_USAGE when there is no log to look through.
 */
export async function findPersonalData(
  { json }: { readonly json: boolean },
  settings: Settings,
  signal: AbortSignal,
): Promise<void> {
  const reports: Report[] = []
  await withRecords(settings, signal, async records => {
    const topics = await records.topics()
    if (topics.length === 0)
      throw new Fault('FLY_USAGE', 'this log has no topics yet: give --home or --kafka of another')
    for (const topic of topics.toSorted()) {
      const report = createReport(topic)
      await records.read(topic, { from: 'beginning', follow: false }, some => {
        for (const record of some) report.look(`${record.partition}@${record.offset}`, contentOf(record))
      })
      reports.push(report.made())
    }
  })
  const objects = createReport('objects')
  for await (const [digest, text] of textObjects(join(settings.home, 'objects'))) objects.look(digest, text)
  reports.push(objects.made())
  const found = reports.filter(({ kinds }) => Object.keys(kinds).length > 0)
  if (found.length > 0) process.exitCode = 1
  const lines = json ? [JSON.stringify({ found })] : tell(reports, found)
  process.stdout.write(lines.map(line => `${line}\n`).join(''))
}

function createReport(name: string) {
  const kinds: Record<string, number> = {}
  const places: Place[] = []
  let looked = 0
  return {
    look(at: string, content: unknown): void {
      looked++
      for (const { field, kind } of placesIn(content)) {
        kinds[kind] = (kinds[kind] ?? 0) + 1
        if (places.length < told) places.push({ at, field, kind })
      }
    },
    made: (): Report => ({ name, looked, kinds, places }),
  }
}

/** Bytes that hold no event may hold text; the keys of state are of two parts. */
function contentOf({ key, event, headers }: Readably): object {
  const text =
    'bytes' in event && typeof event.bytes === 'string' ? Buffer.from(event.bytes, 'base64').toString() : event
  const { traceparent, ...others } = headers
  // A trace's numbers are made by chance, and some look like cards.
  const told = readTraceparent(traceparent) ? others : headers
  return { ...(typeof text === 'string' ? { bytes: text } : text), headers: told, key: key?.split('\u0000') }
}

/** Objects that are text, each under its digest; models and other bytes are none. */
async function* textObjects(folder: string): AsyncGenerator<[digest: string, text: string]> {
  const utf8 = new TextDecoder('utf-8', { fatal: true })
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(error => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  for (const entry of entries.filter(({ name }) => /^[0-9a-f]{64}$/.test(name))) {
    const bytes = await readFile(join(entry.parentPath, entry.name))
    try {
      yield [entry.name, utf8.decode(bytes)]
    } catch (error) {
      if (!(error instanceof TypeError)) throw error
    }
  }
}

function tell(all: readonly Report[], found: readonly Report[]): readonly string[] {
  const looked = all.reduce((sum, report) => sum + report.looked, 0)
  const nothing = `nothing found in ${looked} records and objects of ${all.length - 1} topics and the object store`
  if (found.length === 0) return [nothing]
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
