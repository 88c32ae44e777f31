/** How long a part of long work may hold the event loop, in milliseconds. */
const sliceMs = 25

/** Those who wait for a turn of the event loop, in order. */
const waiting: (() => void)[] = []

/**
 * Divides long work into parts, between which the event loop turns: heartbeats, timers and requests go on. Call `next` when
 * `isUsed`:
 *
 *     const slice = new TimeSlice()
 *     for (const row of rows) {
 *       add(row)
 *       if (slice.isUsed) await slice.next()
 *     }
 */
export class TimeSlice {
  #started = performance.now()

  get isUsed(): boolean {
    return performance.now() - this.#started >= sliceMs
  }

  /** Waits for the next turn. A turn is given to one waiter, so that many of them together hold the event loop no longer than one. */
  async next(): Promise<void> {
    await new Promise<void>(resolve => {
      waiting.push(resolve)
      if (waiting.length === 1) setImmediate(release)
    })
    this.#started = performance.now()
  }
}

function release(): void {
  waiting.shift()?.()
  if (waiting.length > 0) setImmediate(release)
}
