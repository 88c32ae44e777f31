import { randomUUID } from 'node:crypto'
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'

const hourMs = 3_600_000
/** Hours that are kept. */
const retentionHours = 48

/** The beginning of the hour of a time, both in milliseconds since 1970. */
export const hourOf = (time: number): number => time - (time % hourMs)

const isOld = (hour: number, now: number): boolean => hour <= now - retentionHours * hourMs
export const isRetained = (hour: number, now: number): boolean => !isOld(hour, now) && hour <= now + hourMs

/** Records by topic, for each hour by its beginning. */
export type HourlyCounts = ReadonlyMap<number, Readonly<Record<string, number>>>

export type AcceptedCounts = {
  /** Records that were acknowledged, in the hour in which they came. Not lost when the process is killed. */
  readonly add: (topic: string, hour: number, records: number) => void
  /** What was ever added in this folder, by this process and others, as far as it is kept. */
  readonly read: () => HourlyCounts
}

/**
 * Remembers how many records were acknowledged, whatever becomes of the log: in files by hour and process, written over at each
 * acknowledgement. Writing it does not wait for the disk: after a power cut it may tell of fewer than there were, never of more.
 */
export function openAcceptedCounts(folder: string): AcceptedCounts {
  mkdirSync(folder, { recursive: true })
  let open: { readonly hour: number; readonly file: number; readonly counts: Record<string, number> } | undefined

  const openFileFor = (hour: number): NonNullable<typeof open> => {
    if (open) closeSync(open.file)
    for (const name of readdirSync(folder))
      if (isOld(hourOfFile(name), hour)) rmSync(join(folder, name), { force: true })
    return { hour, file: openSync(join(folder, `${hour}.${randomUUID()}.json`), 'wx'), counts: {} }
  }

  return {
    add(topic, hour, records) {
      // Around the full hour this turns back and forth; each time to a new file, so that none is written over.
      if (open?.hour !== hour) open = openFileFor(hour)
      const { file, counts } = open
      counts[topic] = (counts[topic] ?? 0) + records
      // Counts only grow: the new text covers the old one.
      writeSync(file, JSON.stringify(counts), 0)
    },
    read() {
      const hours = new Map<number, Record<string, number>>()
      for (const name of readdirSync(folder)) {
        const sum = hours.get(hourOfFile(name)) ?? {}
        const counts = JSON.parse(readFileSync(join(folder, name), 'utf8')) as Record<string, number>
        for (const [topic, records] of Object.entries(counts)) sum[topic] = (sum[topic] ?? 0) + records
        hours.set(hourOfFile(name), sum)
      }
      return hours
    },
  }
}

const hourOfFile = (name: string): number => Number(name.split('.')[0])
