import fc from 'fast-check'
import { expect, test } from 'vitest'
import { facts, gold, widen } from '#test/unit/services/self-play/gold.ts'
import { extractValues } from '#text/extract-values.ts'

const words =
  'please what is the current price of my shares fee wire bank send charge help money can I in to don’t today'.split(
    ' ',
  )
const values = ['$500', '20%', 'AAPL', '1,200', 'March 3, 2026', '$1.5 million', 'VTI', 'yesterday']
const question = fc
  .array(
    fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...words) }, { weight: 1, arbitrary: fc.constantFrom(...values) }),
    {
      minLength: 1,
      maxLength: 14,
    },
  )
  .map(parts => parts.join(' '))
const stream = fc
  .array(
    fc.record({ question, tool: fc.constantFrom('quote', 'fees', 'wire'), family: fc.constantFrom('f1', 'f2', 'f3') }),
    {
      minLength: 1,
      maxLength: 30,
    },
  )
  .map(rows => rows.map(({ question: text, tool, family }, at) => gold(`g${at}`, text, tool, { family })))
const share = fc.constantFrom(0, 0.2, 0.5, 0.8, 1)

test('every agreed gold answer gives exactly one event', () => {
  fc.assert(
    fc.property(stream, golds => {
      expect(widen(golds).map(({ goldId }) => goldId)).toEqual(golds.map(({ event }) => event.id))
    }),
    { numRuns: 50 },
  )
})

test('the same gold gives the same variants', () => {
  fc.assert(
    fc.property(stream, share, (golds, syntheticShare) => {
      const again = structuredClone(golds)
      expect(widen(golds, { ...facts, syntheticShare })).toEqual(
        widen(again, structuredClone({ ...facts, syntheticShare })),
      )
    }),
    { numRuns: 50 },
  )
})

test('accepted variants keep every figure of their parent, but for one that a slot replaced', () => {
  let accepted = 0
  fc.assert(
    fc.property(stream, golds => {
      for (const { goldId, variants } of widen(golds, { ...facts, syntheticShare: 1 })) {
        const parent = golds.find(({ event }) => event.id === goldId)?.event.question ?? ''
        for (const { question: varied, operator } of variants.filter(({ fate }) => fate === 'accepted')) {
          accepted++
          const lost = extractValues(parent).filter(figure => !extractValues(varied).includes(figure))
          expect(lost.length).toBeLessThanOrEqual(operator === 'slot' ? 1 : 0)
          expect(extractValues(varied).length).toBeLessThanOrEqual(extractValues(parent).length)
        }
      }
    }),
    { numRuns: 50 },
  )
  expect(accepted).toBeGreaterThan(100)
})

test('synthetic rows never exceed their share of a tool', () => {
  fc.assert(
    fc.property(stream, share, (golds, syntheticShare) => {
      const rows = new Map<string, { gold: number; synthetic: number }>()
      for (const { tool, variants } of widen(golds, { ...facts, syntheticShare })) {
        const before = rows.get(tool) ?? { gold: 0, synthetic: 0 }
        const synthetic = before.synthetic + variants.filter(({ fate }) => fate === 'accepted').length
        rows.set(tool, { gold: before.gold + 1, synthetic })
        expect(synthetic).toBeLessThanOrEqual(syntheticShare * (before.gold + 1 + synthetic))
      }
    }),
    { numRuns: 50 },
  )
})
