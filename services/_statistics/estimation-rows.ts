/** Stands among the arms of a score whose sample was picked late, because of its outcome. */
export const correctionArm = 'correction'

/**
 * Whether a sampled row may enter an estimate of production by its inclusion probability. A correction may not: its turn was
 * drawn at arrival and not picked, so its probability does not describe how it came into the sample. Nor may a row whose arms
 * are not known, since it may be a correction.
 */
export function isEstimationRow({ arms }: { readonly arms: readonly string[] }): boolean {
  return arms.length > 0 && !arms.includes(correctionArm)
}
