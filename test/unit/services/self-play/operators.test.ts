import { expect, test } from 'vitest'
import { operators, type QuestionMaterial } from '#services/self-play/operators.ts'
import { slotsOf } from '#services/self-play/slots.ts'
import { splitWords } from '#services/self-play/words.ts'
import { mulberry32 } from '#statistics/random.ts'

const materialOf = (question: string, over: Partial<QuestionMaterial> = {}): QuestionMaterial => {
  const words = splitWords(question)
  return { words, slots: slotsOf(words), replacements: () => [], familyQuestions: [], ...over }
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

test('a slot takes another value of its kind, and none where there is no other', () => {
  const replacements = (kind: string) => (kind === 'ticker' ? ['AAPL', 'TSLA'] : [])
  expect(made('slot', 'price of AAPL in 2025', { replacements })).toEqual(['price of TSLA in 2025'])
  expect(made('slot', 'price of it', { replacements })).toEqual(['-'])
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

test('clauses change their order, and one of another question of the family may be added', () => {
  expect(made('recombine', 'My card is lost. Can you block it?')).toEqual(['Can you block it? My card is lost.'])
  expect(made('recombine', 'block my card', { familyQuestions: ['it was stolen, please help me'] }).sort()).toEqual([
    'block my card, it was stolen',
    'block my card, please help me',
  ])
  expect(made('recombine', 'block my card')).toEqual(['-'])
})
