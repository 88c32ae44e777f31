import { z } from 'zod'
import type { ModelVerdict } from '../packet.ts'

/** Characters of a reason that are kept. */
const maxReasonLength = 200

/** What a language model must answer. A score out of range is no score: the model is asked again, then refused. */
export const verdictSchema = z.object({
  score: z.number().min(0).max(1),
  toolCorrect: z.boolean().nullable(),
  reason: z
    .string()
    .trim()
    .min(1)
    .transform(text => text.slice(0, maxReasonLength).toWellFormed()),
}) satisfies z.ZodType<ModelVerdict>
