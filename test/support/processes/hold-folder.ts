import { openEmbeddedLog } from '#test/support/embedded-log.ts'

/** A process that keeps a data folder open: appends one record, prints `held` when it is durable, and runs until it is killed. */
const log = openEmbeddedLog(process.argv[2] ?? '')
await log.createTopics([{ name: 'held', partitions: 1, keep: 'forever' }])
await log.append([{ topic: 'held', key: 'k', value: Buffer.from('durable') }])
process.stdout.write('held\n')
await log.join('holder', ['held'], async task => void (await task.poll(1)), new AbortController().signal)
