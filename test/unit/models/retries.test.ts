import { beforeEach, expect, test, vi } from 'vitest'
import { withRetries } from '#models/retries.ts'
import { Fault } from '#runtime/core/faults.ts'
import { ask, completion, scriptedModel } from '#test/support/doubles/scripted-model.ts'

const pauses: number[] = []
vi.mock('node:timers/promises', () => ({ setTimeout: async (milliseconds: number) => void pauses.push(milliseconds) }))

const limits = { attempts: 3, firstMs: 1_000, maxMs: 3_000 }
const neverAborted = new AbortController().signal
const busy = (retryAfterMs?: number): Fault => new Fault('FLY_MODEL', 'busy', { status: 429, retryAfterMs })

beforeEach(() => void pauses.splice(0))

test('a fault that another attempt may correct is retried after a pause, which doubles and is shortened at random', async () => {
  let retries = 0
  const inner = scriptedModel(busy(), busy(), completion('yes'))
  const answer = await withRetries(inner, () => retries++, limits).complete(ask('q'), neverAborted)
  expect(answer).toMatchObject({ text: 'yes' })
  expect([retries, pauses.length]).toEqual([2, 2])
  expect(pauses[0]).toSatisfy(first => first > 500 && first <= 1_000)
  expect(pauses[1]).toSatisfy(second => second > 1_000 && second <= 2_000)
})

test('the pause is not shorter than Retry-After', async () => {
  const inner = scriptedModel(busy(2_500), completion('yes'))
  await withRetries(inner, () => {}, limits).complete(ask('q'), neverAborted)
  expect(pauses).toEqual([2_500])
})

test('after the last attempt, or a Retry-After that is too long, the answer is a refusal', async () => {
  const tired = scriptedModel(busy())
  const answer = await withRetries(tired, () => {}, limits).complete(ask('q'), neverAborted)
  expect(answer).toEqual({ refused: 'given up after 3 attempts: busy' })
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
