/**
 * A logistic regression that learns row by row: the mean and covariance of its weights under a Gaussian approximation.
 * `weights` and each row of `covariance` have one number per feature.
 */
export type OnlineRegression = {
  readonly weights: readonly number[]
  readonly covariance: readonly (readonly number[])[]
  /** Rows it has learned from. */
  readonly rows: number
}

/** Share of the prior variance that comes back with each row: what was learned thousands of rows ago may be unlearned. */
const forgettingRate = 0.0002

/** Before the first row: `weights` as believed beforehand, each with the same `variance`. */
export function priorRegression(weights: readonly number[], variance: number): OnlineRegression {
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
export function updateRegression(
  { weights, covariance, rows }: OnlineRegression,
  features: readonly number[],
  right: boolean,
  variance: number,
): OnlineRegression {
  const probability = logistic(logOddsOf(weights, features))
  const covarianceTimesFeatures = covariance.map(row => logOddsOf(row, features))
  const information = probability * (1 - probability)
  const gain = 1 / (1 + information * logOddsOf(covarianceTimesFeatures, features))
  const residual = Number(right) - probability
  return {
    weights: weights.map((weight, at) => weight + (covarianceTimesFeatures[at] ?? 0) * residual * gain),
    covariance: covariance.map((row, at) =>
      row.map(
        (value, to) =>
          value -
          information * gain * (covarianceTimesFeatures[at] ?? 0) * (covarianceTimesFeatures[to] ?? 0) +
          (at === to ? forgettingRate * variance : 0),
      ),
    ),
    rows: rows + 1,
  }
}
