import type { QuestionInContext } from '#text/question-vector.ts'

export type GoldQuestion = QuestionInContext & { readonly tool: string; readonly family: string }

/** Rows of one tool so far. */
export type RowCounts = { readonly gold: number; readonly synthetic: number }

/** Collections of one agent. Agents never mix. */
export const collectionNames = (agent: string) => ({
  /** By id of the GoldAnswered event. */
  gold: `gold/${agent}`,
  /** By variant id: those accepted. */
  synthetic: `synthetic/${agent}`,
  /** By tool. */
  rows: `rows/${agent}`,
  /** By kind of slot: values as customers wrote them, oldest first. */
  values: `values/${agent}`,
})

/** How many of each are remembered per agent; the oldest is forgotten first. */
export const limits = { gold: 1_000, synthetic: 1_000, rows: 1_000, values: 50 } as const
