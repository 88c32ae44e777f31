import { expect, test } from 'vitest'
import { at, requiredValue } from '#runtime/core/checked.ts'

test('an element that is there is given, whatever its value', () => {
  expect(at(['a', 'b'], 1)).toBe('b')
  expect(at(new Float32Array([0.5]), 0)).toBe(0.5)
  expect(at([undefined], 0)).toBeUndefined()
})

test.each([-1, 2, Number.NaN, 0.5])('index %s of two elements is a mistake of ours', index => {
  expect(() => at(['a', 'b'], index)).toThrow(expect.objectContaining({ code: 'FLY_BUG' }))
})

test('a key that must exist is a mistake of ours where it does not', () => {
  const map = new Map([['a', undefined]])
  expect(requiredValue(map, 'a')).toBeUndefined()
  expect(() => requiredValue(map, 'b')).toThrow(expect.objectContaining({ code: 'FLY_BUG' }))
})
