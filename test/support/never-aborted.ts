/** For calls that take a signal and are not to be aborted. */
export const neverAborted: AbortSignal = new AbortController().signal
