import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { maxTokensUsed, withBudget } from '#models/budget.ts'
import type { LanguageModel, ModelRefusal } from '#models/language-model.ts'
import { openModelLedger } from '#models/ledger.ts'
import { Fault } from '#runtime/core/faults.ts'
import { ask, completion, scriptedModel } from '#test/support/doubles/scripted-model.ts'
import { temporaryFolder } from '#test/support/folder.ts'

const neverAborted = new AbortController().signal
const day = 86_400_000
const clockAt = (time: number) => ({ now: () => time })

function ledgerIn(home: string) {
  const ledger = openModelLedger(home)
  onTestFinished(() => ledger.close())
  return ledger
}

test('a budget is a hard stop before the call that might overrun it, and the next day a new one', async () => {
  const ledger = ledgerIn(temporaryFolder())
  const inner = scriptedModel(completion('yes', 20, 10))
  const prompt = ask('x'.repeat(64), 20)
  const budget = { service: 'judge', tokensPerDay: maxTokensUsed(prompt) + 30 }
  const at = (time: number) => withBudget(inner, budget, ledger, clockAt(time)).complete(prompt, neverAborted)
  expect(maxTokensUsed(prompt)).toBe(100)
  expect(await at(0)).toMatchObject({ text: 'yes' })
  expect(await at(0)).toMatchObject({ text: 'yes' })
  const stopped = { refused: 'the budget of judge on 1970-01-01, 130 tokens, has no room for this call' }
  expect([await at(0), await at(day - 1)]).toEqual([stopped, stopped])
  expect(inner.prompts).toHaveLength(2)
  expect(await at(day)).toMatchObject({ text: 'yes' })
})

test('a budget outlives the process, is shared by all of a home, and is a service’s own', async () => {
  const home = temporaryFolder()
  const model = (service: string) =>
    withBudget(scriptedModel(completion('yes', 100, 0)), { service, tokensPerDay: 150 }, ledgerIn(home), clockAt(0))
  expect(await model('judge').complete(ask('x'.repeat(100)), neverAborted)).toMatchObject({ text: 'yes' })
  expect(await model('judge').complete(ask('x'.repeat(100)), neverAborted)).toHaveProperty('refused')
  expect(await model('curator').complete(ask('x'.repeat(100)), neverAborted)).toMatchObject({ text: 'yes' })
})

test('what a server refused costs nothing; what nobody knows counts as spent', async () => {
  const prompt = ask('x'.repeat(74))
  const spend = async (answer: ModelRefusal | Error) => {
    const ledger = ledgerIn(temporaryFolder())
    const model = withBudget(scriptedModel(answer), { service: 'judge', tokensPerDay: 100 }, ledger, clockAt(0))
    await model.complete(prompt, neverAborted).catch(() => {})
    return ledger.reserve('judge', '1970-01-01', 100, 100) ? 'nothing' : 'all'
  }
  expect(maxTokensUsed(prompt)).toBe(100)
  expect(await spend({ refused: 'no' })).toBe('nothing')
  expect(await spend(new Fault('FLY_MODEL', 'busy', { status: 429 }))).toBe('nothing')
  expect(await spend(new Fault('FLY_MODEL', 'no answer in time'))).toBe('all')
})

test('no order of calls, sizes and failures overruns a budget', async () => {
  const calls = fc.array(
    fc.record({
      bytes: fc.nat(60),
      maxTokens: fc.integer({ min: 1, max: 60 }),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
      lost: fc.boolean(),
    }),
    { maxLength: 12 },
  )
  const home = temporaryFolder()
  const ledger = ledgerIn(home)
  let run = 0
  await fc.assert(
    fc.asyncProperty(calls, fc.integer({ min: 1, max: 300 }), async (planned, tokensPerDay) => {
      let spent = 0
      const service = `service-${run++}`
      const one = ({ bytes, maxTokens, share, lost }: (typeof planned)[number]) => {
        const prompt = ask('x'.repeat(bytes), maxTokens)
        const inner: LanguageModel = {
          name: 'm',
          async complete() {
            const used = Math.floor(share * maxTokensUsed(prompt))
            spent += used
            await Promise.resolve()
            if (lost) throw new Fault('FLY_MODEL', 'lost')
            return completion('yes', used, 0)
          },
        }
        return withBudget(inner, { service, tokensPerDay }, ledger, clockAt(0)).complete(prompt, neverAborted)
      }
      await Promise.allSettled(planned.map(one))
      expect(spent).toBeLessThanOrEqual(tokensPerDay)
    }),
    { numRuns: 50 },
  )
})
