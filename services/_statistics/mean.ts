/** The arithmetic mean; undefined without values. */
export function mean(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : sumOf(values) / values.length
}

/**
 * The difference of the means of two independent samples, and its estimated variance. Undefined where either has fewer than two
 * values.
 */
export function differenceOfMeans(
  values: readonly number[],
  others: readonly number[],
): { readonly difference: number; readonly variance: number } | undefined {
  if (Math.min(values.length, others.length) < 2) return undefined
  const [one, other] = [sampleMean(values), sampleMean(others)]
  return { difference: one.mean - other.mean, variance: one.variance + other.variance }
}

function sampleMean(values: readonly number[]) {
  const centre = sumOf(values) / values.length
  const squares = sumOf(values.map(value => (value - centre) ** 2))
  return { mean: centre, variance: squares / (values.length - 1) / values.length }
}

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0)
