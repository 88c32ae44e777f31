import { expect, test } from 'vitest'
import { countClasses, f1, macroF1 } from '#statistics/f1.ts'

/** Each word is a row: its true class, then the predicted one. */
const rows = (text: string) => text.split(' ').map(word => ({ truth: word.charAt(0), predicted: word.charAt(1) }))

test('classes are counted as true, as predicted and as both', () => {
  expect(countClasses(rows('aa ab cb'))).toEqual([
    { name: 'a', truth: 2, predicted: 1, hits: 1 },
    { name: 'c', truth: 1, predicted: 0, hits: 0 },
    { name: 'b', truth: 0, predicted: 2, hits: 0 },
  ])
})

test('F1 is the harmonic mean of precision and recall', () => {
  expect(f1({ truth: 3, predicted: 2, hits: 2 })).toBeCloseTo(2 / (1 + 3 / 2), 12)
  expect(f1({ truth: 1, predicted: 0, hits: 0 })).toBe(0)
})

test('macro-F1 is the mean over the classes that are true in some row', () => {
  // a: 2 of 3 true rows predicted, predicted twice; b: 1 of 1, predicted twice; c is predicted and never true.
  expect(macroF1(rows('aa aa ab bb'))).toBeCloseTo((4 / 5 + 2 / 3) / 2, 12)
  expect(macroF1(rows('aa ac'))).toBeCloseTo(2 / 3, 12)
  expect(macroF1([])).toBeUndefined()
})
