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

/** Names of agents are parts of keys and paths, so they have no slash; spaces and letters of all languages are as tracing tools report them. */
export const agentName = z
  .string()
  .regex(
    /^(?=.{1,100}$)[\p{L}\p{N}][\p{L}\p{N}\p{M}._-]*(?: [\p{L}\p{N}\p{M}._-]+)*$/u,
    'must be 1 to 100 letters, digits, dots, dashes, underscores or single spaces, with a letter or digit first',
  )

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
