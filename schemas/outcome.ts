/** An answer that took longer than this many milliseconds is slow, which speaks against the turn. */
export const slowAnswerMs = 15_000
