import { at } from '#runtime/core/checked.ts'
import { featurize, type SparseVector } from '#text/features.ts'
import { indexInnerProducts } from '#text/postings.ts'

/** Descriptions with what grading them has computed: for each tool a column of exp(scale * cosine), one per row, and the rows' sums. */
export type GradedDescriptions = {
  readonly descriptions: readonly string[]
  readonly columns: readonly Float32Array[]
  readonly sums: Float64Array
}

export type DescriptionGrader = {
  grade(descriptions: readonly string[]): GradedDescriptions
  /** The same with one description replaced; only that tool's column is computed. */
  gradeReplacement(graded: GradedDescriptions, tool: number, description: string): GradedDescriptions
  /** Mean probability of the gold tool over the rows at these positions, in [0, 1]: a smooth accuracy. 0 without rows. */
  meanGoldProbability(graded: GradedDescriptions, rows: readonly number[]): number
  /** Share of all rows whose likeliest tool is the gold one. */
  accuracy(graded: GradedDescriptions): number
  /** The likeliest tool of each row; the first of equal ones. */
  predictions(graded: GradedDescriptions): readonly number[]
}

/**
 * Grades tool descriptions on rows as an untuned planner would choose: softmax(scale * cosine) over the tools. All columns have
 * one value per row, so a default behind an index (`?? 0`) never applies here.
 */
export function createDescriptionGrader(
  rows: readonly { readonly vector: SparseVector; readonly tool: number }[],
  scale: number,
): DescriptionGrader {
  const cosines = indexInnerProducts(rows.map(({ vector }) => vector))
  const gold = Uint16Array.from(rows, ({ tool }) => tool)
  const column = (description: string) => cosines(featurize(description)).map(value => Math.exp(scale * value))

  function predictions({ columns }: GradedDescriptions): readonly number[] {
    const best = new Float32Array(rows.length)
    const predicted: number[] = Array(rows.length).fill(0)
    for (const [tool, values] of columns.entries())
      for (let row = 0; row < best.length; row++) {
        const value = values[row] ?? 0
        if (value <= (best[row] ?? 0)) continue
        best[row] = value
        predicted[row] = tool
      }
    return predicted
  }

  return {
    predictions,
    accuracy: graded => predictions(graded).filter((tool, row) => tool === gold[row]).length / rows.length,
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
      const before = at(columns, tool)
      const after = column(description)
      return {
        descriptions: descriptions.with(tool, description),
        columns: columns.with(tool, after),
        sums: sums.map((sum, row) => sum - (before[row] ?? 0) + (after[row] ?? 0)),
      }
    },
    meanGoldProbability({ columns, sums }, positions) {
      let total = 0
      // Called for each edit of a search; checked access makes a search half as slow again.
      for (let at = 0; at < positions.length; at++) {
        const row = positions[at] ?? 0
        total += (columns[gold[row] ?? 0]?.[row] ?? 0) / (sums[row] ?? 1)
      }
      return positions.length === 0 ? 0 : total / positions.length
    },
  }
}
