import { randomUUID } from 'node:crypto'
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { hourMs } from '#runtime/core/hours.ts'

const savedCounts = z.record(z.string(), z.int())
/** How long counts are kept. */
const retentionHours = 48

const isOld = (hour: number, now: number): boolean => hour <= now - retentionHours * hourMs
/** Whether counts of an hour are kept. The next hour is included: clocks of instances differ. */
export const isRetained = (hour: number, now: number): boolean => !isOld(hour, now) && hour <= now + hourMs

/** Records by topic, by the beginning of the hour. */
export type HourlyCounts = ReadonlyMap<number, Readonly<Record<string, number>>>

export type AcceptedCounts = {
  /** Adds acknowledged records to the hour of their arrival. Not lost when the process is killed. */
  readonly add: (topic: string, hour: number, records: number) => void
  /** What this process and others have added in this folder. */
  readonly read: () => HourlyCounts
}

/**
 * Counts of acknowledged records, independent of the log: a file for each hour and process, overwritten with each
 * acknowledgement. Writes are not synced to disk: after a power failure the counts may be too low, never too high.
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
      // Around the full hour requests of both hours alternate. Each change opens a new file, so that none is overwritten.
      if (open?.hour !== hour) open = openFileFor(hour)
      const { file, counts } = open
      counts[topic] = (counts[topic] ?? 0) + records
      // Counts only grow, so the new text is at least as long as the old one.
      writeSync(file, JSON.stringify(counts), 0)
    },
    read() {
      const hours = new Map<number, Record<string, number>>()
      for (const name of readdirSync(folder)) {
        const sum = hours.get(hourOfFile(name)) ?? {}
        const text = readFileSync(join(folder, name), 'utf8')
        // Another process has just created the file.
        if (text === '') continue
        const counts = savedCounts.parse(JSON.parse(text))
        for (const [topic, records] of Object.entries(counts)) sum[topic] = (sum[topic] ?? 0) + records
        hours.set(hourOfFile(name), sum)
      }
      return hours
    },
  }
}

const hourOfFile = (name: string): number => Number(name.split('.')[0])
