import { z } from 'zod'
import { Fault } from '#runtime/core/faults.ts'

const units = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const
const isoTimeSchema = z.union([z.iso.datetime({ offset: true }), z.iso.date()])
/** The largest time of a Date, in ms since 1970. */
const maxDateMs = 8.64e15

/**
 * Parses the time of an option, as ms since 1970: ISO 8601 with its zone, a date (in UTC), ms since 1970, or a duration before now
 * such as 90s, 30m, 2h or 1d. FLY_USAGE, naming the option, for anything else.
 */
export function parseTime(option: string, text: string, now: number): number {
  const [, amount, unit] = /^(\d{1,10})([smhd])$/.exec(text) ?? []
  if (amount !== undefined) return now - Number(amount) * units[unit as keyof typeof units]
  if (/^\d{1,16}$/.test(text) && Number(text) <= maxDateMs) return Number(text)
  if (isoTimeSchema.safeParse(text).success) return Date.parse(text)
  throw new Fault(
    'FLY_USAGE',
    `${option} ${text.slice(0, 40)}: give a time such as 2026-11-24T10:00:00Z, 2026-11-24, milliseconds since 1970, or 2h for two hours ago`,
  )
}
