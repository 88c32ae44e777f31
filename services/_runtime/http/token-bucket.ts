export type TokenBucket = {
  /** Takes one token at a time in milliseconds: 0, or the seconds until there is one. */
  readonly take: (now: number) => number
}

/** A token bucket: `perSecond` tokens a second, and as many at once as a second brings, one at least. */
export function createTokenBucket(perSecond: number): TokenBucket {
  const most = Math.max(1, perSecond)
  let tokens = most
  let filled: number | undefined
  return {
    take(now) {
      tokens = Math.min(most, tokens + ((now - (filled ?? now)) / 1_000) * perSecond)
      filled = now
      if (tokens < 1) return (1 - tokens) / perSecond
      tokens--
      return 0
    },
  }
}
