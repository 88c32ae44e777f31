import { z } from 'zod'
import { messageBody } from '#dialects/record-bodies.ts'
import { strictObject } from '#runtime/core/strict-object.ts'

const label = z.string().regex(/^[^\p{Cc}]{1,200}$/u, 'must have 1 to 200 characters, none of them a control character')
const text = z.string().refine(value => Buffer.byteLength(value) <= 8192, 'longer than 8 KiB: shorten it')
const questionFields = {
  question: text.refine(value => value.trim() !== '', 'is empty: send some text'),
  earlier: z.array(messageBody).max(200, 'more than 200 messages: send the newest').default([]),
}
const questionBody = strictObject(questionFields)
const digest = z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256: 64 hexadecimal digits')

/** One turn of a customer, to plan and to log. */
export const turnBody = strictObject({
  agent: label,
  ...questionFields,
  conversationId: label.optional(),
  turn: z.int32().min(0).optional(),
  userId: label.optional(),
  planner: digest.optional(),
  log: z.boolean().default(true),
}).refine(({ planner, log }) => planner === undefined || !log, {
  path: ['planner'],
  error: 'a chosen planner is not what production serves, so its turn is not logged: send "log": false as well',
})

/** Many questions to plan and not to log, for evaluation. */
export const batchBody = strictObject({
  agent: label,
  questions: z.array(questionBody).min(1).max(500),
  planner: digest.optional(),
  log: z.literal(false, 'a batch is not logged: send "log": false'),
})

export const statusQuery = strictObject({ agent: label.optional() })

export type QuestionBody = z.infer<typeof questionBody>
export type TurnBody = z.infer<typeof turnBody>
