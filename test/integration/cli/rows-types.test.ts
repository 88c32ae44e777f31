import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ReadableRecord } from '#runtime/codec/readable-record.ts'
import { columnsOf, rowOf, type TopicRow, timestampType } from '#services/_cli/rows/columns.ts'
import { createTable, withDuckDB } from '#services/_cli/rows/duckdb.ts'
import { arbitraryEvent } from '#test/support/data/arbitrary-event.ts'
import { topicDefinitions, topicNames } from '#topology/derive/definitions.ts'
import { stateTopic } from '#topology/derive/names.ts'

/** A value as JSON keeps it: without -0 and infinity. */
const asJson = <T>(value: T): T => JSON.parse(JSON.stringify(value))

const recordOf = (topic: string, event: object, offset: number): ReadableRecord => ({
  ...{ topic, partition: 0, offset, timestamp: 1_800_000_000_000, key: 'k', headers: {}, event },
})

/** Inserts rows into DuckDB and reads them back, with times in ms again. */
async function through(topic: string, rows: readonly TopicRow[]): Promise<unknown> {
  const columns = columnsOf(topic)
  let found: unknown
  await withDuckDB(async connection => {
    const add = await createTable(connection, 'rows', columns)
    await add(rows)
    const times = columns
      .filter(({ type }) => type === timestampType)
      .map(({ name }) => `epoch_ms("${name}") AS "${name}"`)
    const answer = await connection.runAndReadAll(`SELECT * REPLACE (${times.join(', ')}) FROM rows`)
    found = JSON.parse(
      JSON.stringify(answer.getRowObjectsJS(), (_key, value) => (typeof value === 'bigint' ? Number(value) : value)),
    )
  }, new AbortController().signal)
  return found
}

test.each(topicNames)('any event of %s is a row, and DuckDB returns it unchanged', async topic => {
  const events = fc.sample(arbitraryEvent(topicDefinitions[topic].event), { numRuns: 30, seed: 11 }).map(asJson)
  const columns = columnsOf(topic)
  const rows = events.flatMap((event, at) => rowOf(columns, recordOf(topic, event, at)) ?? [])
  expect(rows).toHaveLength(30)
  expect(await through(topic, rows)).toEqual(rows)
})

test('a topic with several schemas has one column for its event; a record that is no event of its topic is no row', () => {
  const state = stateTopic('judge')
  const event = { any: ['thing'] }
  expect(rowOf(columnsOf(state), recordOf(state, event, 3))).toMatchObject({ event, _offset: 3 })
  for (const topic of topicNames)
    for (const other of [{ deleted: true }, { bytes: 'eA==' }])
      expect(rowOf(columnsOf(topic), recordOf(topic, other, 0))).toBeUndefined()
})
