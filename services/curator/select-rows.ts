import { seedOf } from '#runtime/core/identity.ts'
import type { DatasetRow } from '#schemas/objects.ts'
import type { SparseVector } from '#text/features.ts'
import { allocateRows } from './allocation.ts'
import { selectDiverse } from './clusters.ts'
import type { ToolErrorCounts } from './state.ts'

/** Rows that every stratum keeps before the rest is shared out. */
const MIN_ROWS_PER_STRATUM = 20

type RowWithVector = { readonly row: DatasetRow; readonly vector: SparseVector }

/** All rows, or `max` of them: strata of tool, turns and repeat asks, Neyman's shares, clusters within. */
export function selectRows<Row extends RowWithVector>(
  rows: readonly Row[],
  errors: ReadonlyMap<string, ToolErrorCounts>,
  max: number,
): readonly Row[] {
  if (rows.length <= max) return rows
  const strata = [...Map.groupBy(rows, ({ row }) => stratumName(row)).entries()].sort(([a], [b]) => (a < b ? -1 : 1))
  const plan = strata.map(([, group]) => ({
    size: group.length,
    spread: errorDeviation(errors.get(group[0]?.row.tool ?? '')),
  }))
  const counts = allocateRows(plan, max, MIN_ROWS_PER_STRATUM)
  return strata.flatMap(([name, group], at) =>
    selectDiverse(
      group.map(({ vector }) => vector),
      counts[at] ?? 0,
      seedOf('curator/v1', name),
    ).flatMap(picked => group[picked] ?? []),
  )
}

/** Tool x band of turns x whether the customer had asked before. */
export function stratumName({ tool, earlier }: Pick<DatasetRow, 'tool' | 'earlier'>): string {
  const band = earlier.length === 0 ? 'first' : earlier.length < 3 ? 'repeat, 2-3 turns' : 'repeat, 4 turns or more'
  return `${tool}/${band}`
}

/** sqrt(p (1 - p)) of the error rate, with one error and one success added: a tool that does well keeps a footprint. */
function errorDeviation({ graded, wrong }: ToolErrorCounts = { graded: 0, wrong: 0 }): number {
  const rate = (wrong + 1) / (graded + 2)
  return Math.sqrt(rate * (1 - rate))
}
