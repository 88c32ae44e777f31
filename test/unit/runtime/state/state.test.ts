import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { LogRecord } from '#runtime/log/event-log.ts'
import { changelogFormat, changelogRecords, changeOf, writerOf } from '#runtime/state/changelog.ts'
import { State, type StateChange } from '#runtime/state/state.ts'

const collections = ['a', 'b']

const change = fc.record({
  collection: fc.constantFrom(...collections),
  key: fc.constantFrom('x', 'y', 'z'),
  value: fc.oneof({ weight: 3, arbitrary: fc.integer() }, { weight: 2, arbitrary: fc.constant(null) }),
})

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('apply' as const), changes: fc.array(change) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('markCommitted' as const, 'rollBack' as const) }) },
)

/** Everything that can be seen of a state. */
const seen = (state: Pick<State, 'entries'>) =>
  collections.map(collection => [collection, [...state.entries(collection)]])

/** What changes make of nothing, told in the plainest way: the newest of each key, in the order of the newest. */
function told(changes: readonly StateChange[]): unknown {
  const newest = changes.filter(
    ({ collection, key }, at) =>
      !changes.slice(at + 1).some(later => later.collection === collection && later.key === key),
  )
  return collections.map(collection => [
    collection,
    newest
      .filter(one => one.collection === collection && one.value !== null)
      .map(({ key, value }) => [key, value] as const),
  ])
}

test('a state is what its changes make of nothing, in the order in which keys were last kept', () => {
  fc.assert(
    fc.property(fc.array(step), steps => {
      const state = new State()
      let final: readonly StateChange[] = []
      let applied: readonly StateChange[] = []
      for (const one of steps) {
        if (one.do === 'apply') {
          state.apply(one.changes)
          applied = [...applied, ...one.changes]
        } else {
          state[one.do]()
          if (one.do === 'markCommitted') final = [...final, ...applied]
          applied = []
        }
        // One who looks for the oldest alone, while another walks through all.
        for (const collection of collections)
          for (const entry of state.entries(collection)) {
            expect(entry).toEqual(state.entries(collection).next().value)
            break
          }
        const changes = [...final, ...applied]
        expect(seen(state)).toEqual(told(changes))
        expect(told([...final, ...state.changes()])).toEqual(told(changes))
        const sizes = collections.map(collection => [...state.entries(collection)].length)
        expect(collections.map(collection => state.size(collection))).toEqual(sizes)
        expect(state.keyCount).toBe(sizes.reduce((sum, size) => sum + size, 0))
        for (const collection of collections)
          for (const [key, value] of state.entries(collection)) expect(state.get(collection, key)).toBe(value)
      }
    }),
  )
})

test('a failed transaction leaves no trace, not even in the order', () => {
  fc.assert(
    fc.property(fc.array(change), fc.array(change), (settled, failed) => {
      const state = new State()
      state.applyCommitted(settled)
      const before = seen(state)
      state.apply(failed)
      state.rollBack()
      expect(seen(state)).toEqual(before)
      expect(state.changes()).toEqual([])
    }),
  )
})

test('content is what makes the same state of nothing', () => {
  fc.assert(
    fc.property(fc.array(change), changes => {
      const [state, again] = [new State(), new State()]
      state.applyCommitted(changes)
      again.applyCommitted([...state.toChanges()])
      expect(seen(again)).toEqual(seen(state))
      expect(again.keyCount).toBe(state.keyCount)
    }),
  )
})

const logged = ([record]: ReturnType<typeof changelogRecords>): LogRecord => ({
  ...{ topic: 'changes', partition: 3, offset: 7, timestamp: 0, headers: record?.headers ?? {} },
  ...{ key: Buffer.from(String(record?.key)), value: record?.value ?? null },
})

test('a changelog record says its change, whatever the key is made of, and who wrote it', () => {
  fc.assert(
    fc.property(
      // Bytes on their way cannot hold half a surrogate pair; a key has come over the wire itself.
      fc.string({ unit: 'binary', maxLength: 20 }).map(text => text.toWellFormed()),
      fc.option(
        fc.jsonValue({ maxDepth: 1 }).map(value => ({ value: JSON.parse(JSON.stringify(value)) })),
        { nil: null },
      ),
      (key, value) => {
        const change = { collection: 'a/b', key, value }
        const record = logged(changelogRecords('changes', 3, [change], 'me'))
        expect(changeOf(record)).toEqual(change)
        expect(writerOf(record)).toBe('me')
      },
    ),
  )
})

test.each([{ format: 'state/v0' }, {}])('a changelog of another version (%o) is refused with what to do', headers => {
  const record = { ...logged(changelogRecords('changes', 3, [{ collection: 'a', key: 'x', value: 1 }], 'me')), headers }
  expect(record.headers).not.toEqual({ format: changelogFormat })
  expect(() => changeOf(record)).toThrow(
    expect.objectContaining({
      code: 'FLY_STATE',
      message: expect.stringMatching(/^changes was written by another version: run that one, or delete the topic/),
      details: { topic: 'changes', partition: 3, offset: 7 },
    }),
  )
})
