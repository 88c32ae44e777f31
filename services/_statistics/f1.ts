import { mean } from './mean.ts'

/** A row with its true class and the class that was predicted. */
export type Classified = { readonly truth: string; readonly predicted: string }

/** Rows of one class: how often it is true, how often it was predicted, and how often both in the same row. */
export type ClassCounts = {
  readonly name: string
  readonly truth: number
  readonly predicted: number
  readonly hits: number
}

/** The counts of every class: those that are true in some row in order of their first row, then those that are only predicted. */
export function countClasses(rows: readonly Classified[]): readonly ClassCounts[] {
  const counts = new Map(rows.map(({ truth }) => [truth, { truth: 0, predicted: 0, hits: 0 }]))
  const countOf = (name: string) => {
    const known = counts.get(name) ?? { truth: 0, predicted: 0, hits: 0 }
    counts.set(name, known)
    return known
  }
  for (const { truth, predicted } of rows) {
    countOf(truth).truth++
    countOf(predicted).predicted++
    if (truth === predicted) countOf(truth).hits++
  }
  return Array.from(counts, ([name, count]) => ({ name, ...count }))
}

/** The harmonic mean of precision and recall, 2 hits / (true + predicted). */
export function f1({ truth, predicted, hits }: Omit<ClassCounts, 'name'>): number {
  return (2 * hits) / (truth + predicted)
}

/**
 * The mean F1 of the classes that are true in some row. Two predictors of the same rows are thus averaged over the same
 * classes. Undefined without rows.
 */
export function macroF1(rows: readonly Classified[]): number | undefined {
  return mean(
    countClasses(rows)
      .filter(({ truth }) => truth > 0)
      .map(f1),
  )
}
