import type { SparseVector } from '#text/features.ts'
import { featurize } from '#text/features.ts'
import { indexInnerProducts } from '#text/postings.ts'

/** Descriptions with what grading them has cost already: one column of exponentials per tool, and each row's sum. */
export type GradedDescriptions = {
  readonly descriptions: readonly string[]
  readonly columns: readonly Float32Array[]
  readonly sums: Float64Array
}

export type DescriptionGrader = {
  grade(descriptions: readonly string[]): GradedDescriptions
  /** The same with one description replaced; only that tool's column is computed. */
  gradeReplacement(graded: GradedDescriptions, tool: number, description: string): GradedDescriptions
  /** Mean probability of the gold tool over the rows at these positions, in [0, 1]: a smooth accuracy. */
  meanGoldProbability(graded: GradedDescriptions, rows: ArrayLike<number>): number
  /** Share of all rows whose likeliest tool is the gold one. */
  accuracy(graded: GradedDescriptions): number
  /** The likeliest tool of each row. */
  predictions(graded: GradedDescriptions): readonly number[]
}

/** Grades tool descriptions on rows as the base planner would choose: softmax(scale * cosine) over the tools. */
export function createDescriptionGrader(
  rows: readonly { readonly vector: SparseVector; readonly tool: number }[],
  scale: number,
): DescriptionGrader {
  const cosines = indexInnerProducts(rows.map(({ vector }) => vector))
  const gold = Uint16Array.from(rows, ({ tool }) => tool)
  const column = (description: string) => cosines(featurize(description)).map(value => Math.exp(scale * value))

  function predictions({ columns }: GradedDescriptions): readonly number[] {
    return rows.map((_, row) => {
      let best = 0
      columns.forEach((values, tool) => {
        if ((values[row] ?? 0) > (columns[best]?.[row] ?? 0)) best = tool
      })
      return best
    })
  }

  return {
    predictions,
    accuracy: graded => predictions(graded).filter((answer, row) => answer === gold[row]).length / rows.length,
    grade(descriptions) {
      const columns = descriptions.map(column)
      const sums = new Float64Array(rows.length)
      for (const values of columns)
        values.forEach((value, row) => {
          sums[row] = (sums[row] ?? 0) + value
        })
      return { descriptions, columns, sums }
    },
    gradeReplacement({ descriptions, columns, sums }, tool, description) {
      const [before, after] = [columns[tool], column(description)]
      return {
        descriptions: descriptions.with(tool, description),
        columns: columns.with(tool, after),
        sums: sums.map((sum, row) => sum - (before?.[row] ?? 0) + (after[row] ?? 0)),
      }
    },
    meanGoldProbability({ columns, sums }, positions) {
      let total = 0
      for (let at = 0; at < positions.length; at++) {
        const row = positions[at] ?? 0
        total += (columns[gold[row] ?? 0]?.[row] ?? 0) / (sums[row] ?? 1)
      }
      return positions.length === 0 ? 0 : total / positions.length
    },
  }
}
