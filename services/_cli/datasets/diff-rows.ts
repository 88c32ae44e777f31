import { canonicalJson } from '#runtime/core/identity.ts'
import type { DatasetRow } from '#schemas/objects.ts'
import { toolOf } from '#schemas/turns.ts'

/** How many rows of one tool differ between two sets. */
export type RowChanges = { readonly added: number; readonly removed: number; readonly changed: number }

type RowChange = { readonly tool: string; readonly how: keyof RowChanges }

/** Rows by their id, counted by first tool: that of the later set, or of the earlier one where the row was removed. */
export function diffRows(before: readonly DatasetRow[], after: readonly DatasetRow[]): ReadonlyMap<string, RowChanges> {
  const old = new Map(before.map(row => [row.id, row]))
  const kept = new Set(after.map(({ id }) => id))
  const changes = [
    ...after.flatMap((row): readonly RowChange[] => {
      const earlier = old.get(row.id)
      if (earlier === undefined) return [{ tool: toolOf(row.calls), how: 'added' }]
      return canonicalJson(earlier) === canonicalJson(row) ? [] : [{ tool: toolOf(row.calls), how: 'changed' }]
    }),
    ...before.filter(({ id }) => !kept.has(id)).map((row): RowChange => ({ tool: toolOf(row.calls), how: 'removed' })),
  ]
  const counts = new Map<string, RowChanges>()
  for (const { tool, how } of changes) {
    const known = counts.get(tool) ?? { added: 0, removed: 0, changed: 0 }
    counts.set(tool, { ...known, [how]: known[how] + 1 })
  }
  return new Map([...counts].toSorted(([a], [b]) => (a < b ? -1 : 1)))
}
