import { expect, test } from 'vitest'
import type { StateView } from '#runtime/state/state.ts'
import { given } from '#test/support/given.ts'

/** Counts its records and says so. */
function decide(record: { key: string }, step: number, state: StateView) {
  const value = (state.get<number>('counts', record.key) ?? 0) + step
  return {
    emit: [{ topic: 'counts', event: { key: record.key, value } }],
    stateChanges: [{ collection: 'counts', key: record.key, value }],
  }
}

test('each record is decided on the state that those before left', () => {
  given(decide, [{ collection: 'counts', key: 'a', value: 40 }])
    .when({ key: 'a' }, 1)
    .when({ key: 'a' }, 1)
    .then([{ value: 41 }, { value: 42 }])
    .when({ key: 'b' }, 2)
    .then([{ key: 'b', value: 2 }], [{ collection: 'counts', key: 'b', value: 2 }])
})

test('what differs fails', () => {
  const outcome = given(decide).when({ key: 'a' }, 1)
  expect(() => outcome.then([{ value: 2 }])).toThrow()
  expect(() => outcome.then([])).toThrow()
  expect(() => outcome.then([{ value: 1 }], [])).toThrow()
})

test('several records are decided in order', () => {
  given(decide)
    .whenEach([{ key: 'a' }, { key: 'b' }, { key: 'a' }], 1)
    .then([{ value: 1 }, { value: 1 }, { value: 2 }])
})
