import { z } from 'zod'
import { errorFields } from '#runtime/http/openapi.ts'
import { topic } from '#topology/topic-names.ts'
import { ingestTopics } from './intake.ts'

const count = z.int().min(0)
/** Most refused lines that a response lists. */
export const maxProblems = 100

/** To an object or an array: all records are in the log. */
export const acceptedResponse = z.strictObject({
  accepted: count.describe('Records that are new and in the log.'),
  duplicates: count.describe('Records whose id is in the log already; they change nothing.'),
  ids: z.array(z.string()).describe('Ids of all records, in the order of the request.'),
})

/** To a conversation: all its turns are in the log. */
export const conversationResponse = acceptedResponse.extend({
  unanswered: count.describe('Questions that are blank or were not answered: they are no turns to learn from.'),
})

/** To NDJSON: all records that are not refused are in the log. */
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
export const countsResponse = z.strictObject({
  [topic.chatLogs]: outcomes,
  [topic.escalations]: outcomes,
  [topic.feedback]: outcomes,
  refusals: z
    .record(z.string(), count)
    .describe('Refused records by reason: the code of the error, and the field of an invalid one.'),
  callProblems: z
    .strictObject({ unknownTool: count, notJson: count, schema: count })
    .describe('What is wrong with calls of accepted turns, against the tool catalogue of their agent.'),
})

/** Newest first, of the last 48 hours. */
export const hoursResponse = z.strictObject({
  completeSince: z
    .int()
    .nullable()
    .describe(
      'In milliseconds since 1970: what was appended before is missing in `logged` and `direct`. null: nothing is missing.',
    ),
  hours: z.array(
    z.strictObject({
      topic: z.enum(ingestTopics),
      hour: z.int().describe('Beginning of the hour, in milliseconds since 1970.'),
      accepted: count.describe('Records that were acknowledged.'),
      logged: count.describe('Records that came over HTTP and are in the log.'),
      direct: count.describe('Records that others wrote to the log, also those that are no event.'),
    }),
  ),
})

export const agentChangeResponse = z.strictObject({
  agent: z.string(),
  id: z.string(),
  changed: z.boolean().describe('Whether the description differs from the one before.'),
})
export const agentResponse = z.looseObject({
  id: z.string(),
  agent: z.string(),
  name: z.string(),
  tools: z.array(z.looseObject({ name: z.string(), description: z.string() })),
})
export const agentsResponse = z.strictObject({ agents: z.array(agentResponse) })

export type AcceptedResponse = z.infer<typeof acceptedResponse>
export type ConversationResponse = z.infer<typeof conversationResponse>
export type NdjsonResponse = z.infer<typeof ndjsonResponse>
export type CountsResponse = z.infer<typeof countsResponse>
export type HoursResponse = z.infer<typeof hoursResponse>
