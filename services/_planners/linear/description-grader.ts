import type { SparseVector } from '#text/features.ts'
import { featurize } from '#text/features.ts'
import { products } from '#text/postings.ts'

/** Descriptions with what grading them has cost already: one column of exponentials per tool, and each row's sum. */
export type Graded = {
  readonly descriptions: readonly string[]
  readonly columns: readonly Float32Array[]
  readonly sums: Float64Array
}

export type DescriptionGrader = {
  grade(descriptions: readonly string[]): Graded
  /** The same with one description replaced; only that tool's column is computed. */
  replace(graded: Graded, tool: number, description: string): Graded
  /** Mean probability of the gold tool over the rows at these positions, in [0, 1]: a smooth accuracy. */
  quality(graded: Graded, rows: ArrayLike<number>): number
  /** Share of all rows whose likeliest tool is the gold one. */
  accuracy(graded: Graded): number
  /** The likeliest tool of each row. */
  answers(graded: Graded): readonly number[]
}

/** Grades tool descriptions on rows as the base planner would choose: softmax(scale * cosine) over the tools. */
export function descriptionGrader(
  rows: readonly { readonly vector: SparseVector; readonly tool: number }[],
  scale: number,
): DescriptionGrader {
  const cosines = products(rows.map(({ vector }) => vector))
  const gold = Uint16Array.from(rows, ({ tool }) => tool)
  const column = (description: string) => cosines(featurize(description)).map(value => Math.exp(scale * value))

  function answers({ columns }: Graded): readonly number[] {
    return rows.map((_, row) => {
      let best = 0
      columns.forEach((values, tool) => {
        if ((values[row] ?? 0) > (columns[best]?.[row] ?? 0)) best = tool
      })
      return best
    })
  }

  return {
    answers,
    accuracy: graded => answers(graded).filter((answer, row) => answer === gold[row]).length / rows.length,
    grade(descriptions) {
      const columns = descriptions.map(column)
      const sums = new Float64Array(rows.length)
      for (const values of columns)
        values.forEach((value, row) => {
          sums[row] = (sums[row] ?? 0) + value
        })
      return { descriptions, columns, sums }
    },
    replace({ descriptions, columns, sums }, tool, description) {
      const [before, after] = [columns[tool], column(description)]
      return {
        descriptions: descriptions.with(tool, description),
        columns: columns.with(tool, after),
        sums: sums.map((sum, row) => sum - (before?.[row] ?? 0) + (after[row] ?? 0)),
      }
    },
    quality({ columns, sums }, positions) {
      let total = 0
      for (let at = 0; at < positions.length; at++) {
        const row = positions[at] ?? 0
        total += (columns[gold[row] ?? 0]?.[row] ?? 0) / (sums[row] ?? 1)
      }
      return positions.length === 0 ? 0 : total / positions.length
    },
  }
}
