import fc from 'fast-check'
import { expect, test } from 'vitest'
import { withRepair } from '#models/repair.ts'
import { requestOpinion } from '#services/judge/model/opinion.ts'
import { verdictSchema } from '#services/judge/model/verdict.ts'
import { planOf } from '#test/support/data/turns.ts'

const plan = planOf('quote', 'AAPL')
const outcome = { escalated: false, rating: null, repeatAsk: false, latencyMs: null }
const sample = { id: 's', question: 'price?', earlier: [], plan, answer: null, outcome }

/** What a model may say: anything, any JSON, and verdicts with anything in their fields, whole or cut. */
const anything = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.json(),
  fc
    .record(
      {
        score: fc.oneof(fc.double(), fc.json(), fc.double({ min: 0, max: 1 })),
        toolCorrect: fc.oneof(fc.boolean(), fc.constant(null), fc.string()),
        reason: fc.oneof(fc.string({ unit: 'binary' }), fc.integer()),
      },
      { requiredKeys: [] },
    )
    .chain(verdict => {
      const text = JSON.stringify(verdict)
      return fc.nat(text.length).map(cut => (cut % 2 === 0 ? text : text.slice(0, cut)))
    }),
)

test('whatever a model says becomes a verdict that fits its schema or a refusal with a reason, and nothing is thrown', async () => {
  await fc.assert(
    fc.asyncProperty(anything, anything, async (first, second) => {
      const said = [first, second]
      const usage = { inputTokens: 1, outputTokens: 1 }
      const complete = async () => ({ text: said.shift() ?? '', usage, model: 'm-1', milliseconds: 1 })
      const { opinion } = await requestOpinion(
        withRepair({ name: 'm', complete }),
        sample,
        [],
        new AbortController().signal,
      )
      if ('refused' in opinion) expect(opinion.refused).toMatch(/./)
      else expect(verdictSchema.parse(opinion.verdict)).toEqual(opinion.verdict)
    }),
    { numRuns: 500 },
  )
})
