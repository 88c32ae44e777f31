import { describe, expect, test } from 'vitest'
import { rejectOnTimeout } from '#runtime/core/deadline.ts'
import { rejectOnAbort, retryWithBackoff } from '#runtime/log/kafka/retry.ts'

const never = new Promise<never>(() => {})
const transient = { code: 'FLY_BROKER' }

/** Fails this often, then returns how often it was called. */
function failing(times: number) {
  let calls = 0
  return async (): Promise<number> => {
    if (++calls <= times) throw new Error(`failure ${calls}`)
    return calls
  }
}

describe('a retry', () => {
  test('is repeated as long as it is allowed', async () => {
    const { signal } = new AbortController()
    expect(await retryWithBackoff(failing(2), (_error, attempts) => attempts < 3, signal)).toBe(3)
  })

  test('throws the last error when it is not allowed any more', async () => {
    const { signal } = new AbortController()
    const failed = retryWithBackoff(failing(5), (_error, attempts) => attempts < 2, signal)
    await expect(failed).rejects.toThrow('failure 2')
  })

  test('ends at once when the signal is aborted, within a pause or an attempt', async () => {
    const stop = new AbortController()
    const pausing = retryWithBackoff(failing(9), () => true, stop.signal)
    const attempting = retryWithBackoff(
      () => never,
      () => true,
      stop.signal,
    )
    stop.abort()
    await expect(pausing).rejects.toThrow()
    await expect(attempting).rejects.toMatchObject(transient)
  })
})

test('a promise that takes too long is FLY_BROKER with the action', async () => {
  const late = rejectOnTimeout(1, 'connect', never)
  await expect(late).rejects.toMatchObject({ ...transient, message: 'cannot connect: no answer within 1 ms' })
  expect(await rejectOnTimeout(1_000, 'connect', Promise.resolve('in time'))).toBe('in time')
})

test('a promise is FLY_BROKER when its signal is aborted first', async () => {
  const stop = new AbortController()
  expect(await rejectOnAbort(stop.signal, Promise.resolve('in time'))).toBe('in time')
  stop.abort()
  await expect(rejectOnAbort(stop.signal, never)).rejects.toMatchObject(transient)
})
