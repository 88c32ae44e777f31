import { expect, test } from 'vitest'
import { countPhrases, distinctivePhrases } from '#planners/linear/prompt/phrases.ts'

test('ranks what tells two sets of texts apart first and leaves out what they share', () => {
  const phrases = distinctivePhrases(
    countPhrases(['lost my card', 'card lost again', 'lost it']),
    countPhrases(['new card', 'card is late', 'my card']),
  )
  expect(phrases[0]).toBe('lost')
  expect(phrases).not.toContain('card')
})
