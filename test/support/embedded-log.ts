import { type Clock, systemClock } from '#runtime/core/clock.ts'
import { createEmbeddedLog, type EmbeddedLog } from '#runtime/log/embedded/embedded-log.ts'
import { openDataFile } from '#runtime/sqlite/data-file.ts'

/** The embedded log of a data folder. */
export function openEmbeddedLog(folder: string, clock: Clock = systemClock): EmbeddedLog {
  return createEmbeddedLog(openDataFile(folder), clock)
}

/** Maintains so often that the time of retention reaches the clock, which was moved by so many days. */
export async function maintainAfter(log: EmbeddedLog, days: number): Promise<void> {
  for (let hour = 0; hour <= days * 24; hour++) await log.maintain()
}
