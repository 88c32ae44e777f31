/**
 * Krippendorff's alpha for nominal values: 1 for full agreement, 0 for what chance would give. `units` holds for each item what
 * its reviewers named; those that did not answer are left out, and items with fewer than two answers tell nothing. From the
 * coincidences, alpha = 1 - (n - 1) (n - sum o_cc) / (n^2 - sum n_c^2) (Krippendorff, Computing Krippendorff's Alpha-Reliability,
 * 2011, section C). null where nothing can be compared, or only one value was ever named: then it is not defined.
 */
export function krippendorffAlpha(units: readonly (readonly string[])[]): number | null {
  const totals = new Map<string, number>()
  let n = 0
  let agreeing = 0
  for (const values of units) {
    if (values.length < 2) continue
    n += values.length
    for (const [value, count] of countValues(values)) {
      totals.set(value, (totals.get(value) ?? 0) + count)
      agreeing += (count * (count - 1)) / (values.length - 1)
    }
  }
  let squares = 0
  for (const total of totals.values()) squares += total ** 2
  return totals.size < 2 ? null : 1 - ((n - 1) * (n - agreeing)) / (n ** 2 - squares)
}

function countValues(values: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return counts
}
