import { expect, test } from 'vitest'
import { withConcurrency } from '#models/concurrency.ts'
import type { Completion, LanguageModel } from '#models/language-model.ts'
import { ask, completion } from '#test/support/doubles/scripted-model.ts'
import { waitUntil } from '#test/support/wait-until.ts'

const neverAborted = new AbortController().signal

test('no more attempts at once than allowed, and all of them in the end', async () => {
  const open: (() => void)[] = []
  let most = 0
  const inner: LanguageModel = {
    name: 'm',
    complete: () => {
      const { promise, resolve } = Promise.withResolvers<Completion>()
      most = Math.max(
        most,
        open.push(() => resolve(completion('yes'))),
      )
      return promise
    },
  }
  const model = withConcurrency(inner, 3)
  const all = Promise.all(Array.from({ length: 10 }, () => model.complete(ask('q'), neverAborted)))
  for (let answered = 0; answered < 10; answered++) {
    await waitUntil('somebody asks', () => open.length > 0)
    open.shift()?.()
  }
  expect(await all).toHaveLength(10)
  expect(most).toBe(3)
})
