import type { QuestionInContext } from '#text/question-vector.ts'

/** The question of an agreed gold answer. */
export type GoldQuestion = QuestionInContext & { readonly tool: string; readonly family: string }

/** Rows of one tool so far. */
export type RowCounts = { readonly gold: number; readonly synthetic: number }

/** Collections of one agent. */
export const collectionNames = (agent: string) => ({
  /** By id of the GoldAnswered event. */
  gold: `gold/${agent}`,
  /** Accepted variants, by variant id. */
  synthetic: `synthetic/${agent}`,
  /** By tool. */
  rows: `rows/${agent}`,
  /** By kind of slot: its texts as customers wrote them, oldest first. */
  values: `values/${agent}`,
})

/** How many entries of each collection are kept, and texts of each kind of slot; the oldest is forgotten first. */
export const limits = { gold: 1_000, synthetic: 1_000, rows: 1_000, values: 50 } as const
