import { expect, test } from 'vitest'
import { decideFate, exceedsSyntheticShare, keepsSlotValues } from '#services/self-play/acceptance.ts'
import { slotsOf } from '#services/self-play/slots.ts'
import { splitWords } from '#services/self-play/words.ts'

const good = {
  keepsValues: true,
  hasCertainArguments: true,
  neighbourhood: { nearest: [], own: 0.9, other: 0.1, isDuplicate: false },
  ...{ chosenTool: 'fees', goldTool: 'fees', exceedsShare: false },
}
const nearOther = { ...good.neighbourhood, other: 0.95 }
const duplicate = { ...good.neighbourhood, isDuplicate: true }

test.each([
  ['accepted', {}],
  ['capped', { exceedsShare: true }],
  ['confusable', { exceedsShare: true, neighbourhood: nearOther }],
  ['label', { chosenTool: 'quote', neighbourhood: nearOther }],
  ['duplicate', { chosenTool: 'quote', neighbourhood: duplicate }],
  ['arguments', { hasCertainArguments: false, neighbourhood: duplicate }],
  ['slots', { keepsValues: false, hasCertainArguments: false }],
])('the first check that fails is the fate: %s', (fate, over) => {
  expect(decideFate({ ...good, ...over })).toBe(fate)
})

test.each([
  ['sell $500 of AAPL by March 3', 'sell AAPL $500 of by March 3', {}, true],
  ['sell $500 of AAPL', 'sell $50 of AAPL', {}, false],
  ['sell $500 of AAPL', 'sell $500 of', {}, false],
  ['sell $500 of AAPL', 'sell $500 of AAPL and MSFT', {}, false],
  ['sell $500 of AAPL', 'sell $250 of AAPL', { replaced: { from: '$500', to: '$250' } }, true],
  ['sell $500 of AAPL', 'sell $250 of it', { replaced: { from: '$500', to: '$250' } }, false],
  ['sell $500 of AAPL', 'sell $500 of AAPL', { replaced: { from: '$500', to: '$250' } }, false],
  ['where is my card', 'where my is card', {}, true],
])('whether "%s" keeps its values in "%s" (%o): %s', (before, question, replaced, kept) => {
  expect(keepsSlotValues(before, slotsOf(splitWords(before)), { question, ...replaced })).toBe(kept)
})

test('the share counts the synthetic row to come', () => {
  expect(exceedsSyntheticShare({ gold: 1, synthetic: 0 }, 0.5)).toBe(false)
  expect(exceedsSyntheticShare({ gold: 1, synthetic: 1 }, 0.5)).toBe(true)
  expect(exceedsSyntheticShare({ gold: 3, synthetic: 0 }, 0.2)).toBe(true)
  expect(exceedsSyntheticShare({ gold: 4, synthetic: 0 }, 0.2)).toBe(false)
  expect(exceedsSyntheticShare({ gold: 1, synthetic: 50 }, 1)).toBe(false)
  expect(exceedsSyntheticShare({ gold: 1, synthetic: 0 }, 0)).toBe(true)
})
