import { expect, test } from 'vitest'
import { boundedChanges } from '#runtime/state/bounded-collection.ts'
import { State } from '#runtime/state/state.ts'

const ofTwo = (): State => {
  const state = new State()
  state.apply(['a', 'b'].map(key => ({ collection: 'x', key, value: 1 })))
  return state
}

test('a kept key that changes costs nobody its place', () => {
  expect(boundedChanges(ofTwo(), 'x', 2, [['b', 2]])).toEqual([{ collection: 'x', key: 'b', value: 2 }])
  expect(boundedChanges(ofTwo(), 'x', 2, [['c', 2]])).toEqual([
    { collection: 'x', key: 'a', value: null },
    { collection: 'x', key: 'c', value: 2 },
  ])
})

test('what is kept at once is not forgotten for it, however old', () => {
  expect(
    boundedChanges(ofTwo(), 'x', 2, [
      ['a', 2],
      ['c', 2],
    ]),
  ).toEqual([
    { collection: 'x', key: 'b', value: null },
    { collection: 'x', key: 'a', value: 2 },
    { collection: 'x', key: 'c', value: 2 },
  ])
})
