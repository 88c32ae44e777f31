import { expect, test } from 'vitest'
import { operators, type QuestionMaterial } from '#services/self-play/operators.ts'
import { slotsOf, substitute } from '#services/self-play/slots.ts'
import { splitWords } from '#services/self-play/words.ts'
import { mulberry32 } from '#statistics/random.ts'

const materialOf = (question: string, over: Partial<QuestionMaterial> = {}): QuestionMaterial => {
  const words = splitWords(question)
  return { words, slots: slotsOf(words), values: () => [], kin: [], ...over }
}
/** All that an operator makes of a question over fifty seeds. */
const made = (operator: keyof typeof operators, question: string, over: Partial<QuestionMaterial> = {}): string[] => [
  ...new Set(
    Array.from(
      { length: 50 },
      (_none, seed) => operators[operator](materialOf(question, over), mulberry32(seed))?.question ?? '-',
    ),
  ),
]

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

test('a slot takes another value of its kind, and none where there is no other', () => {
  const values = (kind: string) => (kind === 'ticker' ? ['AAPL', 'TSLA'] : [])
  expect(made('slot', 'price of AAPL in 2025', { values })).toEqual(['price of TSLA in 2025'])
  expect(made('slot', 'price of it', { values })).toEqual(['-'])
})

test('a synonym keeps capitals and punctuation', () => {
  expect(made('synonym', "What's wrong?").sort()).toEqual(['What is wrong?', "What's incorrect?"])
})

test('a typo changes one long word, never its first letter and never a figure', () => {
  const varied = made('typo', 'transfer $25,000 of NVIDIA to them')
  expect(varied.length).toBeGreaterThan(5)
  for (const text of varied) {
    expect(text).toMatch(/^t\S+ \$25,000 of \S+ to them$/)
    expect(text).not.toBe('transfer $25,000 of NVIDIA to them')
  }
})

test('only function words are dropped: no figure, negation, particle or question word', () => {
  for (const text of made('drop', 'why can I not top up my card with $50 today')) {
    for (const kept of ['why', 'not', 'top up', 'card', 'with', '$50', 'today']) expect(text).toContain(kept)
    expect(text.split(' ').length).toBeLessThan(11)
  }
})

test('two neighbours change places, and a figure stays whole', () => {
  for (const text of made('swap', 'sell my shares on March 3, 2026 for cash')) {
    expect(text).toContain('March 3, 2026')
    expect(text.split(' ').sort()).toEqual('sell my shares on March 3, 2026 for cash'.split(' ').sort())
  }
})

test('clauses change their order, and one of the kin may be added', () => {
  expect(made('recombine', 'My card is lost. Can you block it?')).toEqual(['Can you block it? My card is lost.'])
  expect(made('recombine', 'block my card', { kin: ['it was stolen, please help me'] }).sort()).toEqual([
    'block my card, it was stolen',
    'block my card, please help me',
  ])
  expect(made('recombine', 'block my card')).toEqual(['-'])
})
