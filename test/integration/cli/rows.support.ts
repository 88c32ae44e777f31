import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { DuckDBInstance } from '@duckdb/node-api'
import fc from 'fast-check'
import { onTestFinished } from 'vitest'
import type { Runtime } from '#runtime/host/open-runtime.ts'
import type { SampleScored } from '#schemas/events.ts'
import { arbitraryEvent } from '#test/support/data/arbitrary-event.ts'
import { topic } from '#topology/topic-names.ts'

/** Runs the `flywheel` command. */
export async function runFlywheel(...args: string[]) {
  const child = spawn(process.execPath, ['services/_cli/main.ts', ...args])
  onTestFinished(() => void child.kill())
  const ended = new Promise<number | null>(resolve => child.once('exit', resolve))
  const [out, errors] = await Promise.all([text(child.stdout), text(child.stderr)])
  return { status: await ended, out, errors }
}

/** JSON lines as values. */
export const lines = <T>(out: string): T[] =>
  out.split('\n').flatMap(line => (line === '' ? [] : [JSON.parse(line) as T]))

/** Any scores that the schema allows, of a few agents; their times fit a `Date`, and their numbers JSON. */
export function arbitraryScores(count: number): SampleScored[] {
  const scores = fc.sample(arbitraryEvent('SampleScored').filter(isPrintable), { numRuns: count, seed: 7 })
  return scores.map((score, at) => ({
    ...{ ...score, id: `score-${at}`, at: 1_800_000_000_000 + at, agent: `agent-${at % 5}` },
  }))
}

const isPrintable = (score: SampleScored): boolean =>
  [score, ...score.arguments]
    .flatMap(record => Object.values(record))
    .every(value => typeof value !== 'number' || Object.is(JSON.parse(JSON.stringify(value)), value))

export const append = ({ log, codec }: Runtime, scores: readonly SampleScored[]): Promise<void> =>
  log.append(scores.map(score => codec.record(topic.scoredSamples, score)))

/** A record as `tail --json` prints it. */
export type TailRecord = {
  readonly partition: number
  readonly offset: number
  readonly timestamp: number
  readonly key: string
  readonly event: SampleScored
}

type RecordLocation = { readonly _partition: number; readonly _offset: number }
type StoredRow = RecordLocation & { readonly _timestamp: number; readonly _key: string }

/** Sorted by partition and offset: partitions have no order among each other. */
export const inOrder = <R extends RecordLocation>(rows: readonly R[]): R[] =>
  rows.toSorted((a, b) => a._partition - b._partition || a._offset - b._offset)

/** A record of `tail` as a row of a table. */
export const rowOf = ({ event, partition, offset, timestamp, key }: TailRecord): StoredRow => ({
  ...{ ...event, _partition: partition, _offset: offset, _timestamp: timestamp, _key: key },
})

/** The rows of a Parquet file in order, times in ms since 1970. */
export async function parquetRows(path: string): Promise<StoredRow[]> {
  const database = await DuckDBInstance.create(':memory:', { threads: '1' })
  const connection = await database.connect()
  const result = await connection.runAndReadAll('SELECT * FROM read_parquet(?)', [path])
  const rows = result.getRowObjectsJS().map(row => JSON.parse(JSON.stringify(row, numbers)))
  connection.closeSync()
  database.closeSync()
  return rows.map(row => ({ ...row, at: Date.parse(row.at), _timestamp: Date.parse(row._timestamp) }))
}

const numbers = (_key: string, value: unknown): unknown => (typeof value === 'bigint' ? Number(value) : value)
