import { describe, expect, onTestFinished, test } from 'vitest'
import { countRecords } from '#runtime/log/count-records.ts'
import { createNamespacedLog } from '#runtime/log/namespaced-log.ts'
import { openEmbeddedLog } from '#test/support/embedded-log.ts'
import { temporaryFolder } from '#test/support/folder.ts'
import { eventLogContract } from './suite.ts'
import { consume, readAll, record, texts } from './support.ts'

eventLogContract('the log of a namespace', async () => {
  const folder = temporaryFolder()
  const open = () => createNamespacedLog(openEmbeddedLog(folder), 'blue.')
  return { log: open(), restart: async () => open() }
})

describe('namespaces that share a log', () => {
  const openTwo = async () => {
    const shared = openEmbeddedLog(temporaryFolder())
    onTestFinished(() => shared.close())
    const [blue, green] = [createNamespacedLog(shared, 'blue.'), createNamespacedLog(shared, 'green.')]
    for (const log of [blue, green]) await log.createTopics([{ name: 't', partitions: 1, keep: 'forever' }])
    return { shared, blue, green }
  }

  test('have topics and groups of their own, under the same names', async () => {
    const { shared, blue, green } = await openTwo()
    await blue.append([record('t', 'k', 'for blue')])
    await green.append([record('t', 'k', 'for green 1'), record('t', 'k', 'for green 2')])
    expect(texts(await readAll(blue, ['t']))).toEqual(['for blue'])
    expect(texts(await consume(blue, 'g', ['t'], 1))).toEqual(['for blue'])
    expect(await blue.lag('g', ['t'])).toMatchObject([{ topic: 't', records: 0 }])
    expect(await green.lag('g', ['t'])).toMatchObject([{ topic: 't', records: 2 }])
    expect(await green.committed('g', ['t'])).toEqual([])
    expect(await blue.topics()).toEqual([{ name: 't', partitions: 1 }])
    expect((await shared.topics()).map(({ name }) => name)).toEqual(['blue.t', 'green.t'])
  })

  test('commit into their own topics', async () => {
    const { blue, green } = await openTwo()
    await blue.createTopics([{ name: 'out', partitions: 1, keep: 'forever' }])
    await green.createTopics([{ name: 'out', partitions: 1, keep: 'forever' }])
    await blue.append([record('t', 'k', 1)])
    await consume(blue, 'g', ['t'], 1, records => records.map(({ value }) => ({ topic: 'out', key: 'k', value })))
    expect(await countRecords(blue, 'out')).toBe(1)
    expect(await countRecords(green, 'out')).toBe(0)
  })

  test('are told the full name of a topic that does not exist', async () => {
    const { blue } = await openTwo()
    await expect(countRecords(blue, 'x')).rejects.toMatchObject({
      code: 'FLY_TOPIC',
      message: expect.stringContaining('blue.x'),
    })
  })
})
