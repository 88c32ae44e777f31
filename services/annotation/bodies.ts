import { z } from 'zod'
import { callBody } from '#dialects/record-bodies.ts'
import { strictObject } from '#runtime/core/strict-object.ts'

const label = z.string().regex(/^[^\p{Cc}]{1,200}$/u, 'must have 1 to 200 characters, none of them a control character')
const text = (characters: number) => z.string().max(characters)

const reviewer = label
  .optional()
  .describe(
    'The name of the reviewer. A key reviews under its own name, and can leave this out; a key with the scope admin must name the reviewer.',
  )
const role = z
  .enum(['reviewer', 'adjudicator'])
  .default('reviewer')
  .describe(
    'adjudicator: decides items on which reviewers disagree, and sees their reviews; needs the scope adjudicate.',
  )

export const leaseBody = strictObject({
  agent: label,
  reviewer,
  role,
  count: z.int().min(1).max(50).default(10),
  minutes: z.number().gt(0).max(1440).default(10),
})

export const giveBackBody = strictObject({
  agent: label,
  reviewer,
  role,
  sampleIds: z.array(label).min(1).max(50),
  reason: z
    .enum(['expertise', 'language', 'time', 'display'])
    .optional()
    .describe(
      'Why they are skipped: not my field, not my language, no time for it, not shown well. With a reason this reviewer does not get them again for 12 hours.',
    ),
})

/** Calls to check without reviewing anything. */
export const checkBody = strictObject({ agent: label, calls: z.array(callBody).max(128) })

export const reviewBody = strictObject({
  agent: label,
  sampleId: label,
  reviewer,
  role,
  verdict: z
    .enum(['right', 'wrong', 'unclear'])
    .describe('Whether the agent was right. unclear: the reviewer cannot tell.'),
  calls: z
    .array(callBody)
    .max(128)
    .nullish()
    .describe(
      'The right calls; required if the verdict is wrong. Empty: to answer without a tool is right. If they are left out, the planned ones.',
    ),
  answer: text(32_000).nullish().describe('The right answer to the customer.'),
  notes: text(8_000).nullish().describe('Notes for other reviewers.'),
})
export const reviewsBody = z.array(reviewBody).min(1).max(1000)

export const agentQuery = strictObject({ agent: label })
export const promptQuery = strictObject({ agent: label, sampleId: label })

export type ReviewBody = z.infer<typeof reviewBody>
