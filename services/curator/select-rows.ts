import { at } from '#runtime/core/checked.ts'
import { seedOf } from '#runtime/core/identity.ts'
import type { DatasetRow } from '#schemas/objects.ts'
import { toolOf } from '#schemas/turns.ts'
import { questionVector } from '#text/question-vector.ts'
import { selectDiverse } from './clusters.ts'
import { questionOf } from './question.ts'
import type { ToolErrorCounts } from './state.ts'

/** Rows that every stratum keeps before the rest is allocated. */
const MIN_ROWS_PER_STRATUM = 20

/** All rows, or `max` of them: allocated to strata of tool and turns, and drawn from clusters within each stratum. */
export function selectRows(
  rows: readonly DatasetRow[],
  errors: ReadonlyMap<string, ToolErrorCounts>,
  max: number,
): readonly DatasetRow[] {
  if (rows.length <= max) return rows
  const strata = [...Map.groupBy(rows, stratumName)].sort(([a], [b]) => (a < b ? -1 : 1))
  const sizes = strata.map(([, group]) => ({
    size: group.length,
    deviation: errorDeviation(errors.get(toolOf(at(group, 0).calls))),
  }))
  const counts = allocateRows(sizes, max, MIN_ROWS_PER_STRATUM)
  return strata.flatMap(([name, group], stratum) => {
    const selected = selectDiverse(
      group.map(row => questionVector(questionOf(row))),
      at(counts, stratum),
      seedOf('curator/v1', name),
    )
    return selected.map(position => at(group, position))
  })
}

/** The tool of the first call, and how many turns of the customer came before. */
export function stratumName(row: Pick<DatasetRow, 'calls' | 'messages'>): string {
  const { earlier } = questionOf(row)
  const band = earlier.length === 0 ? 'first' : earlier.length < 3 ? 'repeat, 2-3 turns' : 'repeat, 4 turns or more'
  return `${toolOf(row.calls)}/${band}`
}

/**
 * Standard deviation sqrt(p (1 - p)) of a tool's error rate p. One error and one success are added, so that a tool without errors
 * is still drawn from.
 */
function errorDeviation({ graded, wrong }: ToolErrorCounts = { graded: 0, wrong: 0 }): number {
  const rate = (wrong + 1) / (graded + 2)
  return Math.sqrt(rate * (1 - rate))
}

/** A stratum to draw from: its rows, and the standard deviation of the errors in it. */
export type Stratum = { readonly size: number; readonly deviation: number }

/**
 * How many rows to draw from each stratum: at least `floor`, the rest in proportion to size x deviation (Neyman, 1934), at most
 * what the stratum has. The sum is `total`, or all rows where there are fewer.
 */
export function allocateRows(strata: readonly Stratum[], total: number, floor: number): readonly number[] {
  const first = Math.min(floor, Math.floor(total / Math.max(1, strata.length)))
  const shares = strata.map(({ size, deviation }) => ({
    size,
    weight: size * deviation,
    drawn: Math.min(size, first),
  }))
  let left = total - shares.reduce((sum, { drawn }) => sum + drawn, 0)
  while (left > 0) {
    const open = shares.filter(({ drawn, size }) => drawn < size)
    if (open.length === 0) break
    const weights = open.reduce((sum, { weight }) => sum + weight, 0)
    const toShare = left
    for (const share of open) {
      const more = Math.min(share.size - share.drawn, Math.floor((toShare * share.weight) / weights))
      share.drawn += more
      left -= more
    }
    // What is left is less than one row for each: one more goes to the largest weights.
    if (left === toShare)
      for (const share of open.sort((one, other) => other.weight - one.weight).slice(0, left)) {
        share.drawn++
        left--
      }
  }
  return shares.map(({ drawn }) => drawn)
}
