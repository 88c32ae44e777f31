import fc from 'fast-check'
import { expect, test } from 'vitest'
import { indexNearDuplicates, isNearDuplicate } from '#text/near-duplicates.ts'
import { questionVector } from '#text/question-vector.ts'
import { jaccard, shingles } from '#text/shingles.ts'
import { dot } from '#text/vectors.ts'

const asked = (question: string, ...earlier: readonly string[]) => ({ question, earlier })
const areNear = (one: ReturnType<typeof asked>, other: ReturnType<typeof asked>): boolean =>
  isNearDuplicate(one, other, dot(questionVector(one), questionVector(other)))
const question = 'what are the fees for a wire transfer to my bank'

test.each([
  ['case and punctuation', 'What are the fees, for a wire transfer to my bank?!'],
  ['a typo', 'what are the fees for a wire transfer to my bnak'],
  ['a short word more', 'so what are the fees for a wire transfer to my bank'],
])('questions that differ by %s are near-duplicates', (_what, other) => {
  expect(areNear(asked(question), asked(other))).toBe(true)
})

test.each([
  ['other words', asked('how do I change the address of my account')],
  ['what is asked about', asked('what are the fees for a withdrawal at a machine abroad')],
  ['what was said before', asked('yes please', 'shall I close your savings account for good')],
])('questions that differ by %s are not', (_what, other) => {
  expect(areNear(asked(question), other)).toBe(false)
  expect(areNear(asked('yes please', 'do you want the price of this security'), other)).toBe(false)
})

test('the index finds what comparing all pairs finds', () => {
  const words = fc.array(fc.constantFrom('fees', 'wire', 'bank', 'my'), {
    minLength: 1,
    maxLength: 6,
  })
  const some = fc.array(fc.tuple(words, fc.boolean()), { minLength: 10, maxLength: 25 })
  let found = 0
  fc.assert(
    fc.property(some, pairs => {
      const questions = pairs.map(([text, isFollowUp]) => asked(text.join(' '), ...(isFollowUp ? ['hello there'] : [])))
      const near = indexNearDuplicates(questions)
      for (const one of questions) {
        const all = questions.flatMap((other, position) => (areNear(one, other) ? [position] : []))
        expect(near(one)).toEqual(all)
        found += all.length - 1
      }
    }),
  )
  expect(found).toBeGreaterThan(300)
})

test('the Jaccard similarity is 1 for the same text, 0 for nothing in common', () => {
  expect(jaccard(shingles('Where is my card?'), shingles('where is my card'))).toBe(1)
  expect(jaccard(shingles('abcdef'), shingles('uvwxyz'))).toBe(0)
  expect(jaccard(shingles('abcdef'), shingles('abcdeg'))).toBeCloseTo(1 / 3)
})
