export const hourMs = 3_600_000

/** The start of the hour of a time, both in milliseconds since 1970. */
export const hourOf = (time: number): number => time - (time % hourMs)
