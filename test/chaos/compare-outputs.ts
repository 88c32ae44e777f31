/** An output: its id, its key, within which order counts, and its content. */
export type ChaosOutput = { readonly id: string; readonly key: string; readonly content: string }

/** Violations, as counts of records; `stateDiffers` counts keys of state and outputs with other content. */
export type ViolationCounts = {
  readonly lost: number
  readonly duplicated: number
  readonly outOfOrder: number
  readonly stateDiffers: number
}

export const noViolations: ViolationCounts = { lost: 0, duplicated: 0, outOfOrder: 0, stateDiffers: 0 }

export function sumViolations(all: readonly ViolationCounts[]): ViolationCounts {
  const add = (a: ViolationCounts, b: ViolationCounts): ViolationCounts => ({
    lost: a.lost + b.lost,
    duplicated: a.duplicated + b.duplicated,
    outOfOrder: a.outOfOrder + b.outOfOrder,
    stateDiffers: a.stateDiffers + b.stateDiffers,
  })
  return all.reduce(add, noViolations)
}

export const hasNoViolations = ({ lost, duplicated, outOfOrder, stateDiffers }: ViolationCounts): boolean =>
  lost + duplicated + outOfOrder + stateDiffers === 0

/**
 * Compares the outputs in the log, in its order, with the expected ones, those of each key in their order. An id may be expected
 * several times, with other content each time. An output that nothing in the input leads to counts as duplicated. An output is
 * out of order when a later one of its key is before it.
 */
export function compareOutputs(
  expected: readonly ChaosOutput[],
  found: readonly Omit<ChaosOutput, 'key'>[],
): ViolationCounts {
  const wanted = new Map<string, { readonly index: number; readonly key: string; readonly contents: string[] }>()
  for (const [index, { id, key, content }] of expected.entries()) {
    const known = wanted.get(id)
    if (known) known.contents.push(content)
    else wanted.set(id, { index, key, contents: [content] })
  }
  const counts = { ...noViolations }
  const seen = new Map<string, number>()
  const latest = new Map<string, number>()
  for (const { id, content } of found) {
    const times = (seen.get(id) ?? 0) + 1
    seen.set(id, times)
    const want = wanted.get(id)
    if (!want || times > want.contents.length) {
      counts.duplicated++
      continue
    }
    if (content !== want.contents[times - 1]) counts.stateDiffers++
    if (times > 1) continue
    const before = latest.get(want.key) ?? -1
    if (want.index < before) counts.outOfOrder++
    else latest.set(want.key, want.index)
  }
  for (const [id, { contents }] of wanted) counts.lost += Math.max(0, contents.length - (seen.get(id) ?? 0))
  return counts
}

/** Compares state by key: how many keys are missing, unexpected, or have another value. */
export function compareState(
  expected: ReadonlyMap<string, string>,
  found: ReadonlyMap<string, string>,
): ViolationCounts {
  const keys = new Set([...expected.keys(), ...found.keys()])
  const stateDiffers = [...keys].filter(key => expected.get(key) !== found.get(key)).length
  return { ...noViolations, stateDiffers }
}
