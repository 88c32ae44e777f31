/** Milliseconds since 1970. The only source of time: tests set their own. */
export type Clock = { readonly now: () => number }

export const systemClock: Clock = { now: Date.now }
