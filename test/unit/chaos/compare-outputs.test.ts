import { expect, test } from 'vitest'
import {
  type ChaosOutput,
  compareOutputs,
  compareState,
  hasNoViolations,
  noViolations,
  sumViolations,
} from '#test/chaos/compare-outputs.ts'

const output = (id: string, key = 'k', content = ''): ChaosOutput => ({ id, key, content })
const outputs = (...ids: readonly string[]): ChaosOutput[] => ids.map(id => output(id))

test('what is as it must be is clean, keys in any order among each other', () => {
  const must = [output('a1', 'a'), output('a2', 'a'), output('b1', 'b'), output('b2', 'b')]
  const found = [output('b1', 'b'), output('a1', 'a'), output('a2', 'a'), output('b2', 'b')]
  expect(compareOutputs(must, found)).toEqual(noViolations)
  expect(hasNoViolations(compareOutputs(must, found))).toBe(true)
})

test('what is missing is lost', () => {
  expect(compareOutputs(outputs('1', '2', '3'), outputs('1', '3'))).toEqual({ ...noViolations, lost: 1 })
  expect(compareOutputs(outputs('1', '2'), [])).toEqual({ ...noViolations, lost: 2 })
})

test('what is there again is duplicated, wherever it is, and once more is no other fault', () => {
  expect(compareOutputs(outputs('1', '2'), outputs('1', '1', '2'))).toEqual({ ...noViolations, duplicated: 1 })
  expect(compareOutputs(outputs('1', '2'), outputs('1', '2', '1', '2'))).toEqual({ ...noViolations, duplicated: 2 })
})

test('what nothing in the input leads to counts as duplicated', () => {
  expect(compareOutputs(outputs('1'), outputs('1', 'stray'))).toEqual({ ...noViolations, duplicated: 1 })
})

test('what must be there twice is, is lost once, or is there too often', () => {
  const twice = outputs('1', '1')
  expect(compareOutputs(twice, outputs('1', '1'))).toEqual(noViolations)
  expect(compareOutputs(twice, outputs('1'))).toEqual({ ...noViolations, lost: 1 })
  expect(compareOutputs(twice, outputs('1', '1', '1'))).toEqual({ ...noViolations, duplicated: 1 })
})

test('what must be there twice may say something else the second time', () => {
  const twice = [output('1', 'k', 'emitted'), output('1', 'k', 'nothing')]
  expect(compareOutputs(twice, twice)).toEqual(noViolations)
  expect(compareOutputs(twice, twice.toReversed())).toEqual({ ...noViolations, stateDiffers: 2 })
})

test('what lies behind a later one of its key is out of order', () => {
  expect(compareOutputs(outputs('1', '2', '3'), outputs('2', '1', '3'))).toEqual({ ...noViolations, outOfOrder: 1 })
  expect(compareOutputs(outputs('1', '2', '3'), outputs('3', '1', '2'))).toEqual({ ...noViolations, outOfOrder: 2 })
})

test('an output that was decided on another state says so', () => {
  expect(compareOutputs([output('1', 'k', '1 x')], [output('1', 'k', '2 y')])).toEqual({
    ...noViolations,
    stateDiffers: 1,
  })
})

test('state that is missing, too much or different is counted by key', () => {
  const must = new Map([
    ['same', '1'],
    ['other', '1'],
    ['missing', '1'],
  ])
  const found = new Map([
    ['same', '1'],
    ['other', '2'],
    ['stray', '1'],
  ])
  expect(compareState(must, found)).toEqual({ ...noViolations, stateDiffers: 3 })
})

test('any fault makes a run unclean', () => {
  for (const kind of Object.keys(noViolations))
    expect(hasNoViolations(sumViolations([noViolations, { ...noViolations, [kind]: 1 }]))).toBe(false)
})
