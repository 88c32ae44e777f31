import { z } from 'zod'

export const KiB = 1024

export const text = (kibibytes: number) =>
  z.string().refine(value => Buffer.byteLength(value) <= kibibytes * KiB, `longer than ${kibibytes} KiB: shorten it`)
export const nonEmptyText = (kibibytes: number) =>
  text(kibibytes).refine(value => value.trim() !== '', 'is empty: send some text')
export const label = z
  .string()
  .regex(/^[^\p{Cc}]{1,200}$/u, 'must have 1 to 200 characters, none of them a control character')
/** A part of a whole, 0 to 1. */
export const share = z.number().min(0).max(1)

/** Agents name collections, keys and paths, so few characters are allowed. */
export const agentName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, 'must be 1 to 100 letters, digits, dots, dashes or underscores')

const timeShape =
  'must be milliseconds (not seconds) since 1970, or ISO 8601 with a zone such as 2026-01-31T09:30:00Z, between 1973 and 2096'
/** The range refuses seconds, microseconds, and the dates of clocks that are not set. */
const milliseconds = z.int().min(100_000_000_000, timeShape).max(4_000_000_000_000, timeShape)
export const time = z.union(
  [
    milliseconds,
    z.iso
      .datetime({ offset: true, error: timeShape })
      .transform(iso => Date.parse(iso))
      .pipe(milliseconds),
  ],
  timeShape,
)
