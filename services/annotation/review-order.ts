/** Of so many items that are leased anew, one is the item that was selected first, the others are the most valuable ones. */
export const OLDEST_EVERY = 3

type Waiting = { readonly sampleId: string; readonly value: number; readonly at: number }

/**
 * The order in which waiting items are leased, given how many were leased before. By value alone the least valuable items would
 * never be reviewed; then what is reviewed tells nothing of production, since estimates rest on all that was selected before a time.
 */
export function reviewOrder<Item extends Waiting>(items: readonly Item[], count: number, before: number): Item[] {
  const byValue = items.toSorted((a, b) => b.value - a.value)
  const byAge = items.toSorted((a, b) => a.at - b.at || (a.sampleId < b.sampleId ? -1 : 1))
  const chosen = new Set<Item>()
  const firstOf = (order: readonly Item[]): Item | undefined => order.find(item => !chosen.has(item))
  for (let at = 0; at < Math.min(count, items.length); at++) {
    const next = firstOf((before + at) % OLDEST_EVERY === OLDEST_EVERY - 1 ? byAge : byValue)
    if (next !== undefined) chosen.add(next)
  }
  return [...chosen]
}
