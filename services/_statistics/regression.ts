/**
 * A logistic regression that learns row by row: the mean and covariance of its weights under a Gaussian approximation.
 * `weights` and each row of `covariance` have one number per feature.
 */
export type Regression = {
  readonly weights: readonly number[]
  readonly covariance: readonly (readonly number[])[]
  /** Rows it has learned from. */
  readonly rows: number
}

/** Share of the prior variance that comes back with each row: what was learned thousands of rows ago may be unlearned. */
const forgetting = 0.0002

/** Before the first row: `weights` as believed beforehand, each with the same `variance`. */
export function believed(weights: readonly number[], variance: number): Regression {
  return {
    weights,
    covariance: weights.map((_one, at) => weights.map((_other, to) => (at === to ? variance : 0))),
    rows: 0,
  }
}

/** Log-odds of a row of features. */
export function logOddsOf(weights: readonly number[], features: readonly number[]): number {
  return features.reduce((sum, feature, at) => sum + feature * (weights[at] ?? 0), 0)
}

export function logistic(logOdds: number): number {
  return 1 / (1 + Math.exp(-logOdds))
}

/**
 * One row more: the extended Kalman filter of logistic regression, which is Newton's step on the new row alone with the old rows
 * as its prior (Spiegelhalter and Lauritzen, Networks 20, 1990). It is bounded in memory and the same for the same rows in
 * the same order.
 */
export function learn(
  { weights, covariance, rows }: Regression,
  features: readonly number[],
  right: boolean,
  variance: number,
): Regression {
  const chance = logistic(logOddsOf(weights, features))
  const reach = covariance.map(row => logOddsOf(row, features))
  const information = chance * (1 - chance)
  const gain = 1 / (1 + information * logOddsOf(reach, features))
  const surprise = Number(right) - chance
  return {
    weights: weights.map((weight, at) => weight + (reach[at] ?? 0) * surprise * gain),
    covariance: covariance.map((row, at) =>
      row.map(
        (value, to) =>
          value - information * gain * (reach[at] ?? 0) * (reach[to] ?? 0) + (at === to ? forgetting * variance : 0),
      ),
    ),
    rows: rows + 1,
  }
}
