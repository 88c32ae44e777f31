import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { maxTokensUsed, withBudget } from '#models/budget.ts'
import { withCache } from '#models/cache.ts'
import { withConcurrency } from '#models/concurrency.ts'
import {
  askJson,
  type Completion,
  extractJson,
  type LanguageModel,
  type ModelRefusal,
  type Prompt,
} from '#models/language-model.ts'
import { openModelLedger } from '#models/ledger.ts'
import { withMetrics } from '#models/metrics.ts'
import { withRepair } from '#models/repair.ts'
import { Fault } from '#runtime/core/faults.ts'
import { openFolderStore } from '#runtime/objects/folder.ts'
import { createMetrics } from '#runtime/telemetry/telemetry.ts'
import { temporaryFolder } from '#test/support/folder.ts'
import { waitUntil } from '#test/support/wait-until.ts'

const forever = new AbortController().signal
const day = 86_400_000
const clockAt = (time: number) => ({ now: () => time })

const ask = (content: string, maxTokens = 10): Prompt => ({ messages: [{ role: 'user', content }], maxTokens })

const said = (text: string, inputTokens = 3, outputTokens = 2): Completion => ({
  ...{ text, usage: { inputTokens, outputTokens }, model: 'm-1', milliseconds: 5 },
})

/** A model that gives these answers in turn, the last one for ever; counts how often it was asked. */
function scripted(...answers: readonly (Completion | ModelRefusal | Error)[]): LanguageModel & { asked: Prompt[] } {
  const asked: Prompt[] = []
  return {
    name: 'm',
    asked,
    async complete(prompt) {
      const answer = answers[Math.min(asked.push(prompt), answers.length) - 1] ?? { refused: 'no script' }
      if (answer instanceof Error) throw answer
      return answer
    },
  }
}

function ledgerIn(home: string) {
  const ledger = openModelLedger(home)
  onTestFinished(() => ledger.close())
  return ledger
}

test('a budget is a hard stop before the call that might overrun it, and the next day a new one', async () => {
  const ledger = ledgerIn(temporaryFolder())
  const inner = scripted(said('yes', 20, 10))
  const prompt = ask('x'.repeat(64), 20)
  const budget = { service: 'judge', tokensPerDay: maxTokensUsed(prompt) + 30 }
  const at = (time: number) => withBudget(inner, budget, ledger, clockAt(time)).complete(prompt, forever)
  expect(maxTokensUsed(prompt)).toBe(100)
  expect(await at(0)).toMatchObject({ text: 'yes' })
  expect(await at(0)).toMatchObject({ text: 'yes' })
  const stopped = { refused: 'the budget of judge on 1970-01-01, 130 tokens, has no room for this call' }
  expect([await at(0), await at(day - 1)]).toEqual([stopped, stopped])
  expect(inner.asked).toHaveLength(2)
  expect(await at(day)).toMatchObject({ text: 'yes' })
})

test('a budget outlives the process, is shared by all of a home, and is a service’s own', async () => {
  const home = temporaryFolder()
  const model = (service: string) =>
    withBudget(scripted(said('yes', 100, 0)), { service, tokensPerDay: 150 }, ledgerIn(home), clockAt(0))
  expect(await model('judge').complete(ask('x'.repeat(100)), forever)).toMatchObject({ text: 'yes' })
  expect(await model('judge').complete(ask('x'.repeat(100)), forever)).toHaveProperty('refused')
  expect(await model('curator').complete(ask('x'.repeat(100)), forever)).toMatchObject({ text: 'yes' })
})

test('what a server refused costs nothing; what nobody knows counts as spent', async () => {
  const prompt = ask('x'.repeat(74))
  const spend = async (answer: ModelRefusal | Error) => {
    const ledger = ledgerIn(temporaryFolder())
    const model = withBudget(scripted(answer), { service: 'judge', tokensPerDay: 100 }, ledger, clockAt(0))
    await model.complete(prompt, forever).catch(() => {})
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
            return said('yes', used, 0)
          },
        }
        return withBudget(inner, { service, tokensPerDay }, ledger, clockAt(0)).complete(prompt, forever)
      }
      await Promise.allSettled(planned.map(one))
      expect(spent).toBeLessThanOrEqual(tokensPerDay)
    }),
    { numRuns: 50 },
  )
})

test('the same prompt is asked once, and another or a lost answer again', async () => {
  const home = temporaryFolder()
  const objects = openFolderStore(home)
  let hits = 0
  const inner = scripted(said('one'), said('two'), said('three'))
  const cached = () => withCache(inner, ledgerIn(home), objects, () => hits++)
  expect(await cached().complete(ask('q'), forever)).toMatchObject({ text: 'one', usage: { inputTokens: 3 } })
  const usage = { inputTokens: 0, outputTokens: 0 }
  expect(await cached().complete(ask('q'), forever)).toMatchObject({ text: 'one', model: 'm-1', usage })
  expect(await cached().complete(ask('q', 11), forever)).toMatchObject({ text: 'two' })
  expect(hits).toBe(1)
  const emptied = { ...objects, has: async () => false }
  expect(await withCache(inner, ledgerIn(home), emptied, () => hits++).complete(ask('q'), forever)).toMatchObject({
    text: 'three',
  })
})

test('neither refusals nor what the schema does not take is remembered', async () => {
  const home = temporaryFolder()
  const inner = scripted({ refused: 'busy' }, said('{"n": 1}'), said('{"n": "now a word"}'))
  const cached = withCache(inner, ledgerIn(home), openFolderStore(home), () => {})
  expect(await cached.complete(ask('q'), forever)).toEqual({ refused: 'busy' })
  expect(await cached.complete(ask('q'), forever)).toMatchObject({ text: '{"n": 1}' })
  const stricter = { ...ask('q'), schema: z.object({ n: z.string() }) }
  expect(await cached.complete(stricter, forever)).toMatchObject({ text: '{"n": "now a word"}' })
})

test('no more attempts at once than allowed, and all of them in the end', async () => {
  const open: (() => void)[] = []
  let most = 0
  const inner: LanguageModel = {
    name: 'm',
    complete: () => {
      const { promise, resolve } = Promise.withResolvers<Completion>()
      most = Math.max(
        most,
        open.push(() => resolve(said('yes'))),
      )
      return promise
    },
  }
  const model = withConcurrency(inner, 3)
  const all = Promise.all(Array.from({ length: 10 }, () => model.complete(ask('q'), forever)))
  for (let answered = 0; answered < 10; answered++) {
    await waitUntil('somebody asks', () => open.length > 0)
    open.shift()?.()
  }
  expect(await all).toHaveLength(10)
  expect(most).toBe(3)
})

test('each attempt is counted with its tokens, and its cost only where a price is known', async () => {
  const metrics = createMetrics()
  const failing = scripted(said('yes', 1_000, 100), { refused: 'no' }, new Fault('FLY_MODEL', 'busy'))
  const priced = withMetrics(failing, 'judge', { input: 2, output: 10 }, metrics)
  for (let call = 0; call < 3; call++) await priced.complete(ask('a secret'), forever).catch(() => {})
  await withMetrics(scripted(said('yes')), 'curator', undefined, metrics).complete(ask('a secret'), forever)
  const text = await metrics.text()
  for (const outcome of ['answered', 'refused', 'failed'])
    expect(text).toContain(`flywheel_model_calls_total{service="judge",model="m",outcome="${outcome}"} 1`)
  expect(text).toContain('flywheel_model_tokens_total{service="judge",model="m",kind="input"} 1000')
  expect(text).toContain('flywheel_model_dollars_total{service="judge",model="m"} 0.003')
  expect(text).not.toContain('flywheel_model_dollars_total{service="curator"')
  expect(text).not.toContain('secret')
})

test('a repair shows the model its answer and what is wrong with it, and counts both', async () => {
  const schema = z.object({ n: z.number() })
  const inner = scripted(said('{"n": "two"}'), said('{"n": 2}'))
  const answer = await askJson(withRepair(inner), { ...ask('how many?'), schema }, forever)
  expect(answer).toMatchObject({ value: { n: 2 }, usage: { inputTokens: 6, outputTokens: 4 }, milliseconds: 10 })
  expect(inner.asked[1]?.messages.slice(1)).toMatchObject([
    { role: 'assistant', content: '{"n": "two"}' },
    { role: 'user', content: expect.stringContaining('n is wrong (must be number)') },
  ])
})

test('JSON is found wherever an answer has it', () => {
  const value = { a: { b: '}' } }
  const json = JSON.stringify(value)
  for (const text of [json, ` ${json}\n`, `\`\`\`json\n${json}\n\`\`\``, `It is ${json}, I think.`])
    expect(extractJson(text)).toEqual(value)
  for (const text of ['', 'no', '{', '}{', json.slice(0, -1)]) expect(extractJson(text)).toBeUndefined()
  fc.assert(fc.property(fc.string(), text => void extractJson(text)))
})
