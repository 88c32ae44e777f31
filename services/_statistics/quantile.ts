/**
 * The nearest-rank quantile: the smallest value that at least a share of the values, in (0, 1], does not exceed. Undefined
 * without values.
 */
export function quantile(values: readonly number[], share: number): number | undefined {
  return ascending(values)[Math.ceil(share * values.length) - 1]
}

/** The middle value; for an even count the mean of the two middle ones. Undefined without values. */
export function median(values: readonly number[]): number | undefined {
  const sorted = ascending(values)
  const upper = sorted[sorted.length >> 1]
  const lower = sorted[(sorted.length - 1) >> 1]
  return lower === undefined || upper === undefined ? undefined : (lower + upper) / 2
}

const ascending = (values: readonly number[]): readonly number[] => values.toSorted((a, b) => a - b)
