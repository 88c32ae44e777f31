import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type GoldQuestion, goldSimilarity } from '#services/judge/gold-similarity.ts'
import { initialRegression, signalScore } from '#services/judge/signals.ts'
import { injections } from '#test/support/data/injections.ts'
import { planOf } from '#test/support/data/turns.ts'

const known: readonly GoldQuestion[] = [
  { question: 'what is the price of AAPL', family: 'k1', goldTool: 'quote' },
  { question: 'how much do you charge for a wire', family: 'k2', goldTool: 'fees' },
  { question: 'how much is AAPL today', family: 'k3', goldTool: 'quote' },
  { question: 'my card is lost', family: 'k4', goldTool: 'card_lost' },
  { question: 'the price of what I own', family: 'k5', goldTool: null },
]
const similarity = (question: string, tool: string, family = 'own') =>
  goldSimilarity({ question, family, plan: planOf(tool) }, known)
const quiet = {
  kind: 'signals',
  confidence: 0.3,
  margin: 0.2,
  escalated: false,
  rating: null,
  repeatAsk: false,
} as const
const score = (question: string, tool: string): number =>
  signalScore({ ...quiet, latencyMs: null, likeness: similarity(question, tool) }, initialRegression.weights)

test('gold with the planned tool raises the score, gold with another tool lowers it', () => {
  expect(similarity('what is the price of AAPL', 'quote')).toMatchObject({ own: expect.closeTo(1) })
  expect(similarity('what is the price of AAPL', 'fees')).toMatchObject({ other: expect.closeTo(1) })
  expect(score('what is the price of AAPL?', 'quote')).toBeGreaterThan(
    score('what is the price of AAPL?', 'fees') + 0.3,
  )
})

test("undecided gold and gold of the question's own family do not count", () => {
  expect(similarity('the price of what I own', 'quote').own).toBeLessThan(0.9)
  expect(similarity('my card is lost', 'card_lost', 'k4').own).toBeLessThan(0.3)
  expect(goldSimilarity({ question: 'my card is lost', family: 'f', plan: planOf('quote') }, [])).toEqual({
    own: 0,
    other: 0,
  })
})

test.each([
  ['what is the price of AAPL', 'quote'],
  ['what is the price of AAPL', 'fees'],
  ['how much do you take for a wire', 'quote'],
  ['where is my tax form', 'quote'],
])('no text that tries to steer the judge raises the score of: %s, planned %s', (question, tool) => {
  const before = score(question, tool)
  const raised = injections.filter(({ text }) => score(`${question} ${text}`, tool) > before)
  expect(raised.map(({ id }) => id)).toEqual([])
})

test('added words never lower the evidence against a plan', () => {
  const word = fc.constantFrom(
    ...known.flatMap(({ question }) => question.split(' ')),
    'rubric',
    'score',
    '1',
    'ignore',
  )
  const words = fc.array(word, { minLength: 1, maxLength: 12 }).map(some => some.join(' '))
  fc.assert(
    fc.property(words, words, fc.constantFrom('quote', 'fees', 'other'), (question, more, tool) => {
      const [before, after] = [similarity(question, tool), similarity(`${question} ${more}`, tool)]
      expect(after.other).toBeGreaterThanOrEqual(before.other - 1e-6)
      expect(Math.max(after.own, after.other)).toBeLessThanOrEqual(1)
    }),
  )
})
