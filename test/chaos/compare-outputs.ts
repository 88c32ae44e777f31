/** An output: its identity, the key under which order counts, and what it says. */
export type ChaosOutput = { readonly id: string; readonly key: string; readonly content: string }

/** What was found amiss, in records; `stateDiffers` counts keys of state, and outputs that tell of another state. */
export type ViolationCounts = {
  readonly lost: number
  readonly duplicated: number
  readonly outOfOrder: number
  readonly stateDiffers: number
}

export const noViolations: ViolationCounts = { lost: 0, duplicated: 0, outOfOrder: 0, stateDiffers: 0 }

export function sumViolations(tallies: readonly ViolationCounts[]): ViolationCounts {
  const add = (a: ViolationCounts, b: ViolationCounts): ViolationCounts => ({
    lost: a.lost + b.lost,
    duplicated: a.duplicated + b.duplicated,
    outOfOrder: a.outOfOrder + b.outOfOrder,
    stateDiffers: a.stateDiffers + b.stateDiffers,
  })
  return tallies.reduce(add, noViolations)
}

export const hasNoViolations = ({ lost, duplicated, outOfOrder, stateDiffers }: ViolationCounts): boolean =>
  lost + duplicated + outOfOrder + stateDiffers === 0

/**
 * Compares what is there, in the order of the log, with what must be there, each key's in its order. An id may have to be
 * there several times, and say something else each time. What nothing in the input leads to counts as duplicated; a record is out of order when one of its
 * key that must come later lies before it.
 */
export function compareOutputs(
  expected: readonly ChaosOutput[],
  found: readonly Omit<ChaosOutput, 'key'>[],
): ViolationCounts {
  const wanted = new Map<string, { readonly place: number; readonly key: string; readonly contents: string[] }>()
  for (const [place, { id, key, content }] of expected.entries()) {
    const known = wanted.get(id)
    if (known) known.contents.push(content)
    else wanted.set(id, { place, key, contents: [content] })
  }
  const tally = { ...noViolations }
  const seen = new Map<string, number>()
  const latest = new Map<string, number>()
  for (const { id, content } of found) {
    const times = (seen.get(id) ?? 0) + 1
    seen.set(id, times)
    const want = wanted.get(id)
    if (!want || times > want.contents.length) {
      tally.duplicated++
      continue
    }
    if (content !== want.contents[times - 1]) tally.stateDiffers++
    if (times > 1) continue
    const before = latest.get(want.key) ?? -1
    if (want.place < before) tally.outOfOrder++
    else latest.set(want.key, want.place)
  }
  for (const [id, { contents }] of wanted) tally.lost += Math.max(0, contents.length - (seen.get(id) ?? 0))
  return tally
}

/** Compares state by key: how many keys are missing, too many, or hold something else. */
export function compareState(
  expected: ReadonlyMap<string, string>,
  found: ReadonlyMap<string, string>,
): ViolationCounts {
  const keys = new Set([...expected.keys(), ...found.keys()])
  const stateDiffers = [...keys].filter(key => expected.get(key) !== found.get(key)).length
  return { ...noViolations, stateDiffers }
}
