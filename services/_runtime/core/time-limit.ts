/**
 * Limits the time of calls that are made one after another. Whoever makes them has one of it, so that a call needs neither a timer nor
 * a controller of its own.
 */
export class TimeLimit {
  readonly #timer: NodeJS.Timeout
  readonly #signal: AbortSignal
  readonly #timeout: () => Error
  #controller = new AbortController()
  #reject: ((reason: unknown) => void) | undefined

  /** `timeout` creates the error of a call that took longer than so many milliseconds. The signal ends every call. */
  constructor(milliseconds: number, signal: AbortSignal, timeout: () => Error) {
    this.#signal = signal
    this.#timeout = timeout
    this.#timer = setTimeout(() => this.#end(this.#timeout()), milliseconds)
    this.#timer.unref()
    signal.addEventListener('abort', this.#onAbort, { once: true })
  }

  /** Rejects at the end of the time, and when the signal is aborted, also where the call ignores the signal that it is given. */
  async run<T>(call: (signal: AbortSignal) => Promise<T>): Promise<T> {
    this.#signal.throwIfAborted()
    this.#timer.refresh()
    const { promise, reject } = Promise.withResolvers<never>()
    this.#reject = reject
    try {
      return await Promise.race([call(this.#controller.signal), promise])
    } finally {
      this.#reject = undefined
    }
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#signal.removeEventListener('abort', this.#onAbort)
  }

  readonly #onAbort = (): void => this.#end(this.#signal.reason)

  #end(reason: unknown): void {
    // The time of an idle one also ends.
    if (this.#reject === undefined) return
    this.#controller.abort(reason)
    this.#reject(reason)
    this.#controller = new AbortController()
  }
}
