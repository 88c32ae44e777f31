import { z } from 'zod'
import { strict } from '#runtime/strict.ts'

const label = z.string().regex(/^[^\p{Cc}]{1,200}$/u, 'must have 1 to 200 characters, none of them a control character')
const text = (characters: number) => z.string().max(characters)

export const leaseBody = strict({
  agent: label,
  reviewer: label,
  count: z.int().min(1).max(50).default(10),
  minutes: z.number().gt(0).max(1440).default(10),
})

export const reviewBody = strict({
  agent: label,
  sampleId: label,
  reviewer: label,
  verdict: z.enum(['right', 'wrong', 'unclear']),
  tool: label.nullish(),
  argument: text(8_000).nullish(),
  answer: text(32_000).nullish(),
  notes: text(8_000).nullish(),
})
export const reviewsBody = z.array(reviewBody).min(1).max(1000)

export const queueQuery = strict({ agent: label })

export type ReviewBody = z.infer<typeof reviewBody>
