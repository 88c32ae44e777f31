import { z } from 'zod'
import { strictObject } from '#runtime/core/strict-object.ts'
import { agentName, label, nonEmptyText, share, text, time } from './body-fields.ts'

const commonFields = { id: label.nullish(), agent: agentName, conversationId: label, at: time.nullish() }

/** A turn of a conversation, as HTTP and files take it. */
export const chatLogBody = strictObject({
  ...commonFields,
  turn: z.int32().min(0),
  userId: label.nullish(),
  question: nonEmptyText(8),
  earlier: z.array(text(8)).max(50, 'more than 50 turns: send the newest').nullish(),
  plan: strictObject({
    tool: label,
    argument: text(8),
    confidence: share.nullish(),
    margin: share.nullish(),
    planner: z
      .string()
      .regex(/^[0-9a-f]{64}$/, 'must be a SHA-256: 64 hexadecimal digits')
      .nullish(),
  }),
  answer: text(32).nullish(),
  latencyMs: z.number().min(0).nullish(),
  source: label.nullish(),
})

/** A hand-over of a conversation to a person. */
export const escalationBody = strictObject({ ...commonFields, turnId: label.nullish(), reason: nonEmptyText(8) })

/** A customer's rating of an answer. */
export const feedbackBody = strictObject({
  ...commonFields,
  turnId: label.nullish(),
  rating: z.enum(['up', 'down']),
  comment: text(8).nullish(),
})

export type ChatLogBody = z.infer<typeof chatLogBody>
export type EscalationBody = z.infer<typeof escalationBody>
export type FeedbackBody = z.infer<typeof feedbackBody>
