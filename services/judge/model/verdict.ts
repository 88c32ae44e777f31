import { z } from 'zod'

/** Characters of a reason that are kept. */
const maxReasonLength = 200

/** What a language model must answer. A score out of range is no score: it is asked again, then refused. */
export const verdictSchema = z.object({
  score: z.number().min(0).max(1),
  toolCorrect: z.boolean().nullable(),
  reason: z
    .string()
    .trim()
    .min(1)
    .transform(text => text.slice(0, maxReasonLength).toWellFormed()),
})

/**
 * What a language model said of one plan: `score` in [0, 1]; `toolCorrect` null where it cannot tell; `reason` of at most
 * 200 characters, which may quote chat text.
 */
export type ModelVerdict = Readonly<z.infer<typeof verdictSchema>>

/** The instrument that was asked; goes into every score. */
export type ModelVersion = {
  /** Name of the rubric and a digest of its text. */
  readonly rubric: string
  /** Version of what stands around rubric and evidence. */
  readonly prompt: string
  /** The model as the settings name it. */
  readonly model: string
}

export type ModelOpinion = ModelVersion & {
  /** Whether the planned tool stood in the first half of the catalogue as it was shown; null where it is not in it. */
  readonly plannedFirst: boolean | null
  /** Refused: it was asked, or its budget was spent, and there is nothing to use; the reason holds no chat text. */
  readonly opinion: { readonly verdict: ModelVerdict } | { readonly refused: string }
}

/** What `gather` brings; null where no model is configured or the record is no production sample. */
export type Facts = ModelOpinion | null
