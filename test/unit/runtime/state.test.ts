import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { EventLog, LogRecord, NewRecord } from '#runtime/log.ts'
import { type Change, changelog, restore, State } from '#runtime/state.ts'

const content = (state: State): object =>
  Object.fromEntries(['a', 'b'].map(collection => [collection, Object.fromEntries(state.entries(collection))]))

const change = fc.record({
  collection: fc.constantFrom('a', 'b'),
  key: fc.constantFrom('x', 'y', 'z'),
  value: fc.option(fc.integer(), { nil: null }),
})

/** A log that holds just these records. */
const holding = (records: readonly NewRecord[]): EventLog =>
  ({
    read: async (_topics: unknown, _options: unknown, onRecords: (records: readonly LogRecord[]) => void) =>
      onRecords(
        records.map((record, offset) => ({
          ...{ topic: record.topic, partition: record.partition ?? 0, offset, timestamp: 0 },
          ...{ key: Buffer.from(String(record.key)), value: record.value, headers: record.headers ?? {} },
        })),
      ),
  }) as unknown as EventLog

test('the state always equals the fold of its changelog', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(change)), async batches => {
      const state = new State()
      const log: NewRecord[] = []
      for (const batch of batches) {
        state.apply(batch)
        state.settle()
        log.push(...changelog('changes', 0, batch))
      }
      const restored = await restore(holding(log), 'changes', 0, new AbortController().signal)
      expect(content(restored)).toEqual(content(state))
    }),
  )
})

test('a failed transaction leaves no trace', () => {
  fc.assert(
    fc.property(fc.array(change), fc.array(change), (settled, failed) => {
      const state = new State()
      state.apply(settled)
      state.settle()
      const before = content(state)
      state.apply(failed)
      state.rollBack()
      expect(content(state)).toEqual(before)
    }),
  )
})

test('a changelog of another version is refused, not misread', async () => {
  const change: Change = { collection: 'a', key: 'x', value: 1 }
  const records = changelog('changes', 0, [change]).map(record => ({ ...record, headers: { format: 'state/v0' } }))
  await expect(restore(holding(records), 'changes', 0, new AbortController().signal)).rejects.toMatchObject({
    code: 'FLY_STATE',
  })
})
