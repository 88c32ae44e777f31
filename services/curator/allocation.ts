/** A stratum to draw from: its rows, and the spread of errors in it, sqrt(p (1 - p)) for error rate p. */
export type AllocationStratum = { readonly size: number; readonly spread: number }

/**
 * How many rows to draw from each stratum: `floor` first, the rest by size x spread (Neyman, 1934), never more than it has.
 * The sum is `total`, or all rows where there are fewer.
 */
export function allocateRows(strata: readonly AllocationStratum[], total: number, floor: number): number[] {
  const first = Math.min(floor, Math.floor(total / Math.max(1, strata.length)))
  const drawn = strata.map(({ size }) => Math.min(size, first))
  let left = total - drawn.reduce((sum, count) => sum + count, 0)
  while (left > 0) {
    const open = strata.flatMap(({ size, spread }, at) =>
      (drawn[at] ?? 0) < size ? [{ at, room: size - (drawn[at] ?? 0), wish: size * spread }] : [],
    )
    if (open.length === 0) break
    const wishes = open.reduce((sum, { wish }) => sum + wish, 0)
    const before = left
    for (const { at, room, wish } of open) {
      const more = Math.min(room, Math.floor((before * wish) / wishes))
      drawn[at] = (drawn[at] ?? 0) + more
      left -= more
    }
    // Less than one row each is left: the largest wishes get it.
    if (left === before)
      for (const { at } of open.sort((one, other) => other.wish - one.wish).slice(0, left)) {
        drawn[at] = (drawn[at] ?? 0) + 1
        left--
      }
  }
  return drawn
}
