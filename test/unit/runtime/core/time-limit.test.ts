import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { TimeLimit } from '#runtime/core/time-limit.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const forever = new Promise<never>(() => {})
const late = new Error('too late')

test('a call that is too slow rejects, and its signal is aborted; the next one has the whole time', async () => {
  const limit = new TimeLimit(1_000, new AbortController().signal, () => late)
  const signals: AbortSignal[] = []
  const slow = limit.run(signal => {
    signals.push(signal)
    return forever
  })
  const rejected = expect(slow).rejects.toBe(late)
  await vi.advanceTimersByTimeAsync(1_000)
  await rejected
  await vi.advanceTimersByTimeAsync(5_000)
  const next = limit.run(signal => {
    signals.push(signal)
    return new Promise(resolve => setTimeout(() => resolve('in time'), 999))
  })
  await vi.advanceTimersByTimeAsync(999)
  expect(await next).toBe('in time')
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, false])
})

test('an error of a call is passed on, and so is the reason of the signal', async () => {
  const stop = new AbortController()
  const limit = new TimeLimit(1_000, stop.signal, () => late)
  await expect(limit.run(() => Promise.reject(new TypeError('no such field')))).rejects.toThrow('no such field')
  const call = limit.run(() => forever)
  const reason = new Error('revoked')
  stop.abort(reason)
  await expect(call).rejects.toBe(reason)
  await expect(limit.run(async () => 'not called')).rejects.toBe(reason)
})

test('a closed limit has no timer', () => {
  new TimeLimit(1_000, new AbortController().signal, () => late).close()
  expect(vi.getTimerCount()).toBe(0)
})
