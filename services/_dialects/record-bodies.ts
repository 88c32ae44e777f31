import { z } from 'zod'
import { strictObject } from '#runtime/core/strict-object.ts'
import { agentName, label, nonEmptyText, share, text, time } from './body-fields.ts'

const commonFields = { id: label.nullish(), agent: agentName, conversationId: label, at: time.nullish() }

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256: 64 hexadecimal digits')

/** Most bytes of the arguments of a call, of the text of a message, and of a result, in KiB. */
const maxTextKiB = 64

/** A call of a tool. Arguments are JSON, as text or as an object; kept as text. */
export const callBody = strictObject({
  id: label.nullish().transform(id => id ?? null),
  tool: label,
  arguments: z
    .union([text(maxTextKiB), z.record(z.string(), z.unknown()).transform(given => JSON.stringify(given))], {
      error: 'must be JSON: an object, or its text',
    })
    .default(''),
})
const calls = z.array(callBody).max(128, 'more than 128 calls in a step')

/** A message of a conversation. */
export const messageBody = strictObject({
  role: z.enum(['user', 'assistant', 'tool']),
  text: text(maxTextKiB),
  calls: calls.default([]),
  callId: label.nullish().transform(id => id ?? null),
})

const stepBody = strictObject({
  stage: label.default('planner'),
  calls: calls.default([]),
  results: z
    .array(
      strictObject({
        callId: label.nullish().transform(id => id ?? null),
        text: text(maxTextKiB),
        isError: z
          .boolean()
          .nullish()
          .transform(isError => isError ?? null),
      }),
    )
    .default([]),
  text: text(maxTextKiB).nullish(),
  model: label.nullish(),
  latencyMs: z.number().min(0).nullish(),
  inputTokens: z.int32().min(0).nullish(),
  outputTokens: z.int32().min(0).nullish(),
  cachedTokens: z.int32().min(0).nullish(),
})

/** A turn of a conversation, as HTTP and files take it. `plan` is needed only where there are no steps, or for its doubt. */
export const chatLogBody = strictObject({
  ...commonFields,
  turn: z.int32().min(0),
  userId: label.nullish(),
  question: nonEmptyText(8),
  earlier: z.array(messageBody).max(10_000, 'more than 10,000 messages: send the newest').nullish(),
  earlierCut: z.int32().min(0).nullish(),
  prompt: text(256).nullish(),
  steps: z.array(stepBody).max(200, 'more than 200 steps').nullish(),
  plan: strictObject({
    calls,
    confidence: share.nullish(),
    margin: share.nullish(),
    planner: sha256.nullish(),
    model: label.nullish(),
  }).nullish(),
  answer: text(32).nullish(),
  latencyMs: z.number().min(0).nullish(),
  source: label.nullish(),
}).refine(({ plan, steps, answer }) => plan != null || (steps ?? []).length > 0 || answer != null, {
  path: ['steps'],
  error: 'say what the agent did: its steps, its plan, or an answer that it gave without a tool',
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
