import { setTimeout as sleep } from 'node:timers/promises'
import { Fault } from './faults.ts'

/** The promise, or a rejection with FLY_BROKER when it takes longer. It is not cancelled: what it does later must be harmless. */
export async function rejectOnTimeout<T>(milliseconds: number, action: string, promise: Promise<T>): Promise<T> {
  const settled = new AbortController()
  promise.catch(() => {})
  const timeout = sleep(milliseconds, undefined, { signal: settled.signal }).then(() => {
    throw new Fault('FLY_BROKER', `cannot ${action}: no answer within ${milliseconds} ms`)
  })
  timeout.catch(() => {})
  return Promise.race([promise, timeout]).finally(() => settled.abort())
}
