import { setTimeout as sleep } from 'node:timers/promises'

/** Resolves when the signal is aborted. */
export function waitForAbort(signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

/** Resolves after some time, or at once when the signal is aborted. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal }).catch(() => {})
}

/** A signal that is aborted some time after the given one is. */
export function delayAbort(signal: AbortSignal, milliseconds: number): AbortSignal {
  const delayed = new AbortController()
  waitForAbort(signal).then(() => setTimeout(() => delayed.abort(), milliseconds).unref())
  return delayed.signal
}
