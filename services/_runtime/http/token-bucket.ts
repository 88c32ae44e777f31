export type TokenBucket = {
  /** Takes one token. Returns 0, or the seconds until a token is available. `now` is in milliseconds. */
  readonly take: (now: number) => number
}

/** A token bucket that refills at `perSecond` tokens a second. Its capacity is one second's tokens, but at least one token. */
export function createTokenBucket(perSecond: number): TokenBucket {
  const capacity = Math.max(1, perSecond)
  let tokens = capacity
  let refilledAt: number | undefined
  return {
    take(now) {
      tokens = Math.min(capacity, tokens + ((now - (refilledAt ?? now)) / 1_000) * perSecond)
      refilledAt = now
      if (tokens < 1) return (1 - tokens) / perSecond
      tokens--
      return 0
    },
  }
}
