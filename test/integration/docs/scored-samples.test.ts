import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { readSettings } from '#runtime/config/config.ts'
import { openRuntime } from '#runtime/host/open-runtime.ts'
import { ensureTopics } from '#runtime/host/topics.ts'
import { temporaryFolder } from '#test/support/folder.ts'
import { startKafka } from '#test/support/kafka/broker.ts'
import { pythonWith } from '#test/support/servers/python.ts'
import { sharedRegistry } from '#test/support/servers/shared-servers.ts'
import { topic } from '#topology/topic-names.ts'
import {
  append,
  arbitraryScores,
  inOrder,
  lines,
  parquetRows,
  rowOf,
  runFlywheel,
  type TailRecord,
} from '../cli/rows.support.ts'
import { blockOf } from './pages.ts'

const page = 'docs/scored-samples.md'
const [, requirement = ''] = /^pip install '(.+)'$/m.exec(readFileSync(page, 'utf8')) ?? []
const program = blockOf(page, 'python')

test('the subscriber of the page has fewer than 15 lines of code', () => {
  expect(program.split('\n').filter(line => line.trim() !== '').length).toBeLessThan(15)
})

const python = await pythonWith(requirement, 'the Python subscriber of scored samples')
/** A broker of its own: the page reads the map's topic. */
const kafka = python && (await startKafka({ brokers: 1 }))
afterAll(() => kafka?.stop())
const registry = kafka && (await sharedRegistry())

/** A row as the subscriber prints it: it does not know when the log took a record, and times are ISO 8601. */
type Printed = { readonly at: string; readonly _partition: number; readonly _offset: number }

describe.skipIf(!registry)('scored samples on Kafka', () => {
  test('the Python subscriber, the Parquet export and sql agree row for row with tail', async () => {
    const servers = { FLYWHEEL_KAFKA: kafka?.brokers ?? '', FLYWHEEL_REGISTRY: registry?.url ?? '' }
    const world = await openRuntime(
      readSettings({ ...servers, FLYWHEEL_HOME: temporaryFolder(), FLYWHEEL_LOG_LEVEL: 'silent' }),
    )
    onTestFinished(() => world.close())
    await ensureTopics(world)
    await world.codec.registerSchemas([topic.scoredSamples])
    for (let batch = 0; batch < 10; batch++)
      await append(world, arbitraryScores(1_000).slice(100 * batch, 100 * batch + 100))

    const at = ['--kafka', servers.FLYWHEEL_KAFKA, '--registry', servers.FLYWHEEL_REGISTRY]
    const tail = await runFlywheel('tail', topic.scoredSamples, '--from-beginning', '--exit', '--json', ...at)
    const rows = inOrder(lines<TailRecord>(tail.out).map(rowOf))
    expect(rows, tail.errors).toHaveLength(1_000)

    const printed = lines<Printed>((await python?.run(program, servers)) ?? '')
    const read = printed.map(row => ({ ...row, at: Date.parse(row.at) }))
    const known = rows.map(({ _timestamp, _key, ...row }) => row)
    expect(inOrder(read)).toEqual(known)

    const file = join(temporaryFolder(), 'scores.parquet')
    const exported = await runFlywheel('export', topic.scoredSamples, '--out', file, '--json', ...at)
    expect(exported.status, exported.errors).toBe(0)
    expect(inOrder(await parquetRows(file))).toEqual(rows)

    const where = 'score > 0 and len(parents) > 1'
    const query = `select _partition, _offset from "${topic.scoredSamples}" where ${where}`
    const asked = lines<Printed>((await runFlywheel('sql', query, '--json', ...at)).out)
    const filtered = await runFlywheel(
      ...['tail', topic.scoredSamples, '--where', where, '--from-beginning', '--exit', '--json', ...at],
    )
    const placed = lines<TailRecord>(filtered.out).map(({ partition, offset }) => ({
      _partition: partition,
      _offset: offset,
    }))
    expect(inOrder(asked)).toEqual(inOrder(placed))
    expect(asked.length).toBeGreaterThan(10)
  })
})
