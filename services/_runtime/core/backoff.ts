/** Bounds of an exponential backoff, in milliseconds. */
export type BackoffLimits = { readonly firstMs: number; readonly maxMs: number }

/**
 * Delay before a retry, in milliseconds: doubles with each failed attempt (0 for the first retry) up to the maximum, and is
 * shortened at random by up to half ("equal jitter"), so that processes which failed together do not retry together.
 * `random` is in [0, 1).
 */
export function backoffMs(attempt: number, { firstMs, maxMs }: BackoffLimits, random = jitter()): number {
  const full = Math.min(maxMs, firstMs * 2 ** Math.min(attempt, 30))
  return full - (random * full) / 2
}

/** Random on purpose: the delay of a retry changes nothing that is recorded, so a replay does not need it. */
const jitter = (): number => crypto.getRandomValues(new Uint32Array(1)).reduce((_sum, one) => one / 2 ** 32, 0)
