import type { DatasetRow } from '#schemas/objects.ts'
import { toolOf, userTexts } from '#schemas/turns.ts'
import { normaliseText } from '#text/normalise.ts'

/** How many rows of a set have each value of a stratum, the most frequent value first. */
export type StratumCounts = Readonly<Record<string, number>>

/** From this many on, turns and calls are counted together. */
const most = 5
const upTo = (count: number): string => (count < most ? String(count) : `${most} or more`)

const strata = {
  'first tool': row => toolOf(row.calls),
  turns: row => upTo(userTexts(row.messages).length),
  calls: row => upTo(row.calls.length),
  'asked before': row => (repeatsQuestion(row) ? 'yes' : 'no'),
} as const satisfies Record<string, (row: DatasetRow) => string>

export type Stratum = keyof typeof strata

/** The rows of a set by first tool, number of user turns, number of calls, and whether the same question was asked before. */
export function countStrata(rows: readonly DatasetRow[]): Readonly<Record<Stratum, StratumCounts>> {
  const countBy = (stratumOf: (row: DatasetRow) => string): StratumCounts => {
    const counts = [...Map.groupBy(rows, stratumOf)].map(([value, found]) => [value, found.length] as const)
    return Object.fromEntries(counts.toSorted(([a, rowsOfA], [b, rowsOfB]) => rowsOfB - rowsOfA || (a < b ? -1 : 1)))
  }
  return {
    'first tool': countBy(strata['first tool']),
    turns: countBy(strata.turns),
    calls: countBy(strata.calls),
    'asked before': countBy(strata['asked before']),
  }
}

/** Whether the newest question is one of the earlier ones, whatever its case and spaces. */
function repeatsQuestion({ messages }: DatasetRow): boolean {
  const questions = userTexts(messages).map(normaliseText)
  return questions.indexOf(questions.at(-1) ?? '') < questions.length - 1
}
