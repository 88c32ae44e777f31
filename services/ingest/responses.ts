import { z } from 'zod'
import { errorFields } from '#runtime/http/openapi.ts'
import { maxProblems } from './accept-lines.ts'
import { ingestTopics } from './intake.ts'

const count = z.int().min(0)

/** To an object or an array: all of it is in the log. */
export const acceptedResponse = z.strictObject({
  accepted: count.describe('Records that are new and in the log.'),
  duplicates: count.describe('Records whose id is in the log already; nothing was changed.'),
  ids: z.array(z.string()).describe('Ids of all records sent, in their order.'),
})

/** To NDJSON: what is not refused is in the log. */
export const ndjsonResponse = z.strictObject({
  accepted: count,
  duplicates: count,
  refused: count,
  problems: z
    .array(z.strictObject({ line: z.int().min(1).describe('Counted from 1.'), ...errorFields }))
    .max(maxProblems)
    .describe('The first refused lines.'),
})

const outcomes = z.strictObject({ accepted: count, duplicate: count, refused: count })
/** Since the process started. */
export const countsResponse = z.strictObject(Object.fromEntries(ingestTopics.map(kind => [kind, outcomes])))

/** Newest first, of the last 48 hours. */
export const hoursResponse = z.strictObject({
  hours: z.array(
    z.strictObject({
      topic: z.enum(ingestTopics),
      hour: z.int().describe('Its beginning, in milliseconds since 1970.'),
      accepted: count.describe('Acknowledged.'),
      logged: count.describe('Came over HTTP and lie in the log.'),
      direct: count.describe('Written to the log by others.'),
    }),
  ),
})

export const agentChangeResponse = z.strictObject({
  agent: z.string(),
  id: z.string(),
  changed: z.boolean().describe('Whether it differs from what was known.'),
})
export const agentResponse = z.looseObject({
  id: z.string(),
  agent: z.string(),
  name: z.string(),
  tools: z.array(z.looseObject({ name: z.string(), description: z.string() })),
})
export const agentsResponse = z.strictObject({ agents: z.array(agentResponse) })
