import { expect, test } from 'vitest'
import { slotsOf, substitute } from '#services/self-play/slots.ts'
import { splitWords } from '#services/self-play/words.ts'

test('slots are found in the shortest span that shows the figure, and never twice', () => {
  const words = splitWords('Sell "$1.5 million" of AAPL, then 20% of VTI by March 3, 2026 (not yesterday).')
  expect(
    slotsOf(words)
      .map(({ text, kind }) => `${kind}=${text}`)
      .sort(),
  ).toEqual([
    'amount=$1.5 million',
    'date-of-3=March 3, 2026',
    'date-yesterday=yesterday',
    'percent=20%',
    'ticker=AAPL',
    'ticker=VTI',
  ])
})

test('a value is substituted wherever it stands, with its punctuation kept', () => {
  const words = splitWords('buy AAPL, more AAPL! and VTI.')
  const slots = slotsOf(words)
  const [apple] = slots
  expect(apple && substitute(words, slots, apple, 'T')).toBe('buy T, more T! and VTI.')
})
