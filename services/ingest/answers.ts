import { z } from 'zod'
import { problem } from '#runtime/http/openapi.ts'
import { kinds } from './intake.ts'
import { maxProblems } from './stream.ts'

const count = z.int().min(0)

/** To an object or an array: all of it is in the log. */
export const takenAnswer = z.strictObject({
  accepted: count.describe('Records that are new and in the log.'),
  duplicates: count.describe('Records whose id is in the log already; nothing was changed.'),
  ids: z.array(z.string()).describe('Ids of all records sent, in their order.'),
})

/** To NDJSON: what is not refused is in the log. */
export const receiptAnswer = z.strictObject({
  accepted: count,
  duplicates: count,
  refused: count,
  problems: z
    .array(z.strictObject({ line: z.int().min(1).describe('Counted from 1.'), ...problem }))
    .max(maxProblems)
    .describe('The first refused lines.'),
})

const outcomes = z.strictObject({ accepted: count, duplicate: count, refused: count })
/** Since the process started. */
export const countsAnswer = z.strictObject(Object.fromEntries(kinds.map(kind => [kind, outcomes])))

/** Newest first, of the last 48 hours. */
export const hoursAnswer = z.strictObject({
  hours: z.array(
    z.strictObject({
      topic: z.enum(kinds),
      hour: z.int().describe('Its beginning, in milliseconds since 1970.'),
      accepted: count.describe('Acknowledged.'),
      logged: count.describe('Came over HTTP and lie in the log.'),
      direct: count.describe('Written to the log by others.'),
    }),
  ),
})

export const describedAnswer = z.strictObject({
  agent: z.string(),
  id: z.string(),
  changed: z.boolean().describe('Whether it differs from what was known.'),
})
export const agentAnswer = z.looseObject({
  id: z.string(),
  agent: z.string(),
  name: z.string(),
  tools: z.array(z.looseObject({ name: z.string(), description: z.string() })),
})
export const agentsAnswer = z.strictObject({ agents: z.array(agentAnswer) })
