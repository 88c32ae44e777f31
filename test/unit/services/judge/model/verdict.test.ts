import { expect, test } from 'vitest'
import { verdictSchema } from '#services/judge/model/verdict.ts'

test('a long reason is cut, with no half of a character left', () => {
  const { reason } = verdictSchema.parse({ score: 1, toolCorrect: null, reason: `${'x'.repeat(199)}\u{1f600}` })
  expect(reason).toHaveLength(200)
  expect(reason.isWellFormed()).toBe(true)
})
