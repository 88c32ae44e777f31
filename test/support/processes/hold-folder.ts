import { openEmbeddedLog } from '#test/support/embedded-log.ts'

/** Holds a data folder as another process: appends one record, says `held` once it is durable, goes on until killed. */
const log = openEmbeddedLog(process.argv[2] ?? '')
await log.createTopics([{ name: 'held', partitions: 1, keep: 'forever' }])
await log.append([{ topic: 'held', key: 'k', value: Buffer.from('durable') }])
process.stdout.write('held\n')
await log.join('holder', ['held'], async task => void (await task.poll(1)), new AbortController().signal)
