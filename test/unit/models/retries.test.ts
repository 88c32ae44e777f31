import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { withRetries } from '#models/retries.ts'
import { Fault } from '#runtime/core/faults.ts'
import { ask, completion, scriptedModel } from '#test/support/doubles/scripted-model.ts'

/** Pauses of 500 to 1,000 ms, then of 1,000 to 2,000 ms, and of at most 3,000 ms. */
const limits = { attempts: 3, firstMs: 1_000, maxMs: 3_000 }
const neverAborted = new AbortController().signal
const busy = (retryAfterMs?: number): Fault => new Fault('FLY_MODEL', 'busy', { status: 429, retryAfterMs })

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout'] }))
afterEach(() => void vi.useRealTimers())

test('a fault that another attempt may correct is retried after a pause', async () => {
  let retries = 0
  const inner = scriptedModel(busy(), completion('yes'))
  const answer = withRetries(inner, () => retries++, limits).complete(ask('q'), neverAborted)
  await vi.advanceTimersByTimeAsync(499)
  expect(inner.prompts).toHaveLength(1)
  await vi.advanceTimersByTimeAsync(501)
  expect(await answer).toMatchObject({ text: 'yes' })
  expect(retries).toBe(1)
})

test('the pause is not shorter than Retry-After', async () => {
  const inner = scriptedModel(busy(2_500), completion('yes'))
  const answer = withRetries(inner, () => {}, limits).complete(ask('q'), neverAborted)
  await vi.advanceTimersByTimeAsync(2_499)
  expect(inner.prompts).toHaveLength(1)
  await vi.advanceTimersByTimeAsync(1)
  expect(await answer).toMatchObject({ text: 'yes' })
})

test('after the last attempt, or a Retry-After that is too long, the answer is a refusal', async () => {
  const tired = scriptedModel(busy())
  const answer = withRetries(tired, () => {}, limits).complete(ask('q'), neverAborted)
  await vi.advanceTimersByTimeAsync(10_000)
  expect(await answer).toEqual({ refused: 'given up after 3 attempts: busy' })
  expect(tired.prompts).toHaveLength(3)
  const patient = withRetries(scriptedModel(busy(3_001)), () => {}, limits)
  expect(await patient.complete(ask('q'), neverAborted)).toEqual({ refused: 'given up after 1 attempt: busy' })
})

test('a fault that only a person can correct, and an unknown error, are thrown', async () => {
  for (const error of [new Fault('FLY_CONFIG', 'denied'), new Error('a bug')]) {
    const inner = scriptedModel(error)
    await expect(withRetries(inner, () => {}, limits).complete(ask('q'), neverAborted)).rejects.toBe(error)
    expect(inner.prompts).toHaveLength(1)
  }
})
