import { expect, test } from 'vitest'
import { decideFate, exceedsSyntheticShare, keepsSlotValues } from '#services/self-play/acceptance.ts'
import { createNeighbourhood } from '#services/self-play/neighbourhood.ts'
import { slotsOf } from '#services/self-play/slots.ts'
import type { GoldQuestion } from '#services/self-play/state.ts'
import { splitWords } from '#services/self-play/words.ts'

const parent: GoldQuestion = {
  question: 'what are the fees for a wire to my bank',
  earlier: [],
  tool: 'fees',
  family: 'f',
}
const asked = (question: string) => ({ question, earlier: [] })

test('the first check that fails names the fate', () => {
  const surroundings = { hits: [], own: 0.9, other: 0.1, isDuplicate: false }
  const good = { slotsKept: true, surroundings, routed: 'fees', tool: 'fees', capped: false }
  expect(decideFate(good)).toBe('accepted')
  expect(decideFate({ ...good, capped: true })).toBe('capped')
  expect(decideFate({ ...good, capped: true, surroundings: { ...surroundings, other: 0.95 } })).toBe('confusable')
  expect(decideFate({ ...good, routed: 'quote', surroundings: { ...surroundings, other: 0.95 } })).toBe('label')
  expect(decideFate({ ...good, routed: 'quote', surroundings: { ...surroundings, isDuplicate: true } })).toBe(
    'duplicate',
  )
  expect(decideFate({ ...good, slotsKept: false, surroundings: { ...surroundings, isDuplicate: true } })).toBe('slots')
})

test.each([
  ['sell $500 of AAPL by March 3', 'sell AAPL $500 of by March 3', undefined, true],
  ['sell $500 of AAPL', 'sell $50 of AAPL', undefined, false],
  ['sell $500 of AAPL', 'sell $500 of', undefined, false],
  ['sell $500 of AAPL', 'sell $500 of AAPL and MSFT', undefined, false],
  ['sell $500 of AAPL', 'sell $250 of AAPL', { from: '$500', to: '$250' }, true],
  ['sell $500 of AAPL', 'sell $250 of it', { from: '$500', to: '$250' }, false],
  ['sell $500 of AAPL', 'sell $500 of AAPL', { from: '$500', to: '$250' }, false],
  ['where is my card', 'where my is card', undefined, true],
])('slots of "%s" in "%s" replacing %o: %s', (before, question, replaced, kept) => {
  expect(keepsSlotValues(before, slotsOf(splitWords(before)), replaced ? { question, replaced } : { question })).toBe(
    kept,
  )
})

test('the cap holds for the row to come, not for those before it', () => {
  expect(exceedsSyntheticShare({ gold: 1, synthetic: 0 }, 0.5)).toBe(false)
  expect(exceedsSyntheticShare({ gold: 1, synthetic: 1 }, 0.5)).toBe(true)
  expect(exceedsSyntheticShare({ gold: 3, synthetic: 0 }, 0.2)).toBe(true)
  expect(exceedsSyntheticShare({ gold: 4, synthetic: 0 }, 0.2)).toBe(false)
  expect(exceedsSyntheticShare({ gold: 1, synthetic: 50 }, 1)).toBe(false)
  expect(exceedsSyntheticShare({ gold: 1, synthetic: 0 }, 0)).toBe(true)
})

test('a variant may resemble its parent, but not another question, an earlier variant or a sibling', () => {
  const variant = 'what are the fees for a wire to my bnak'
  const among = (over: Partial<Parameters<typeof createNeighbourhood>[0]>, siblings: string[] = []) =>
    createNeighbourhood({ parent, gold: [], synthetic: [], ...over })(asked(variant), siblings.map(asked)).isDuplicate
  expect(among({})).toBe(false)
  expect(among({ gold: [['g', { ...parent, question: 'what are the fees for a wire to my bank?' }]] })).toBe(true)
  expect(among({ synthetic: [asked('What are the fees for a wire to my bnak!')] })).toBe(true)
  expect(among({}, ['what are the fees for a wire to my bnakk'])).toBe(true)
  expect(among({ gold: [['g', { ...parent, question: 'can I change my address' }]] }, ['fees for wires?'])).toBe(false)
  const same = createNeighbourhood({ parent, gold: [], synthetic: [] })(
    asked('What are the fees, for a wire to my bank?'),
    [],
  )
  expect(same.isDuplicate).toBe(true)
})

test('nearness is told for the own tool and for the others, and the parent votes', () => {
  const rival = { question: 'send a wire to my bank', earlier: [], tool: 'wire', family: 'g' }
  const near = createNeighbourhood({ parent, gold: [['g', rival]], synthetic: [] })(asked('fees of a wire'), [])
  expect(near.own).toBeGreaterThan(near.other)
  expect(near.other).toBeGreaterThan(0)
  expect(near.hits.map(({ tool }) => tool)).toEqual(['fees', 'wire'])
})
