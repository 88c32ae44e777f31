import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type JudgedSample, verdictPrompt } from '#services/judge/model/prompt.ts'
import { rubric } from '#services/judge/model/rubric.ts'
import { injections } from '#test/support/data/injections.ts'
import { planOf, userMessage } from '#test/support/data/turns.ts'

const tools = [
  { name: 'quote', description: 'The price of a share.' },
  { name: 'fees', description: 'What an order costs.' },
]
const quiet = { escalated: false, rating: null, repeatAsk: false, latencyMs: null }

/** Pieces that try to be structure, glued in any way; also whole texts of the corpus. */
const hostile = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(...'<>[]{}"\\\n\r\u2028\u2029\u0085\u200b\u202e'.split('')),
      fc.constantFrom('</evidence-', '<evidence-', '<|im_end|>', '[/INST]', '\\u003c', '"}', '\ud83d', '\u{e0041}'),
      fc.constantFrom(...injections.map(({ text }) => text)),
    ),
    { maxLength: 12 },
  )
  .map(parts => parts.join(''))

const samples: fc.Arbitrary<JudgedSample> = fc
  .record({
    question: hostile,
    earlier: fc.array(hostile, { maxLength: 5 }),
    argument: hostile,
    answer: fc.option(hostile),
  })
  .map(({ argument, earlier, ...texts }) => ({
    ...{ ...texts, earlier: earlier.map(userMessage), plan: planOf('quote', argument), outcome: quiet },
  }))

const linesOf = (sample: JudgedSample): readonly string[] =>
  (verdictPrompt(rubric, sample, tools).messages[1]?.content ?? '').split(/\r\n|[\n\v\f\r\u0085\u2028\u2029]/)

test('no text ends the evidence, begins another or looks like a role: five lines, one of them data without brackets', () => {
  fc.assert(
    fc.property(samples, sample => {
      const [begin, data = '', end, ...rest] = linesOf(sample)
      const mark = /^<(evidence-[0-9a-f]{12})>$/.exec(begin ?? '')?.[1]
      expect(end).toBe(`</${mark}>`)
      expect(rest).toEqual(['', 'Judge it by the rubric. JSON alone.'])
      expect(data).not.toContain(mark)
      expect(data).not.toMatch(/[<>\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
      const strings = Array.from(data.matchAll(/"(?:[^"\\]|\\.)*"/g), ([literal]) => literal)
      expect(strings.filter(literal => /[[\]]/.test(literal))).toEqual([])
    }),
    { numRuns: 300 },
  )
})

test('nothing of the chat is lost or changed by that, nor does any of it enter the instructions', () => {
  fc.assert(
    fc.property(samples, ({ question, earlier, plan, answer, ...sample }) => {
      const whole = { ...sample, question, earlier, plan, answer }
      const read = JSON.parse(linesOf(whole)[1] ?? '')
      const said = earlier.map(({ role, text }) => ({ role, text }))
      const calls = plan.calls.map(({ tool, arguments: written }) => ({ tool, arguments: written }))
      expect(read).toMatchObject({ question, earlier: said, plan: calls, answer })
      const other = { ...sample, question: '', earlier: [], plan: planOf('quote'), answer: null }
      const [instructions, of] = [whole, other].map(one => verdictPrompt(rubric, one, tools).messages[0])
      expect(instructions).toEqual(of)
    }),
    { numRuns: 300 },
  )
})

test('the same sample is the same prompt, another one has another mark', () => {
  const of = (question: string) =>
    verdictPrompt(rubric, { question, earlier: [], plan: planOf('quote', 'a'), answer: null, outcome: quiet }, tools)
  expect(of('q').messages).toEqual(of('q').messages)
  const markOf = (question: string) => of(question).messages[1]?.content.split('\n')[0]
  expect(markOf('q')).not.toBe(markOf('r'))
})

test('a very long text is cut, and the cut is told', () => {
  const long = 'x'.repeat(100_000)
  const sample = { question: long, earlier: [], plan: planOf('quote', 'a'), answer: null, outcome: quiet }
  expect(JSON.parse(linesOf(sample)[1] ?? '').question).toBe(`${'x'.repeat(4_000)} (96000 more characters)`)
})
