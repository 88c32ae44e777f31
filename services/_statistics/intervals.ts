/** The 97.5% point of the standard normal distribution: half the width of a 95% interval in standard errors. */
export const z95 = 1.959963984540054

/** The 97.5% point of Student's t over that of the normal distribution, to the first order (Cornish and Fisher 1938). */
export function studentOverNormal(freedom: number): number {
  return 1 + (z95 ** 2 + 1) / (4 * freedom)
}

export type Interval = { readonly lower: number; readonly upper: number }

/** 95% score interval of a share (Wilson 1927): `hits` of `n`. For n = 0 it is [0, 1]. */
export function wilson(hits: number, n: number): Interval {
  if (n === 0) return { lower: 0, upper: 1 }
  const share = hits / n
  const centre = (share + z95 ** 2 / (2 * n)) / (1 + z95 ** 2 / n)
  const half = (z95 / (1 + z95 ** 2 / n)) * Math.sqrt((share * (1 - share)) / n + z95 ** 2 / (4 * n ** 2))
  return { lower: Math.max(0, centre - half), upper: Math.min(1, centre + half) }
}
