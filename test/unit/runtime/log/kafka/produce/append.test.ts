import { expect, test } from 'vitest'
import { Fault } from '#runtime/core/faults.ts'
import type { NewRecord } from '#runtime/log/event-log.ts'
import type { ProducerBatch } from '#runtime/log/kafka/connection/kafkajs-broker.ts'
import { createAppender } from '#runtime/log/kafka/produce/append.ts'

/** One broker that leads one partition of each topic. It holds the first request until `release`. */
function brokerThatRefuses(refused: (batch: ProducerBatch) => Fault | undefined) {
  const written: string[] = []
  const { promise: released, resolve: release } = Promise.withResolvers<void>()
  const producer = {
    connect: async () => {},
    close: async () => {},
    discard: () => {},
    async send(_node: number, batches: readonly ProducerBatch[]) {
      await released
      return batches.map(batch => {
        const fault = refused(batch)
        if (!fault) written.push(...batch.messages.map(({ value }) => `${batch.topic} ${value}`))
        return fault ?? written.length
      })
    },
  }
  const leaders = async (topics: readonly string[]) => new Map(topics.map(topic => [topic, new Map([[0, 1]])]))
  return { appender: createAppender(() => producer, { leaders }), written, release }
}

const record = (topic: string, value: string): NewRecord => ({ topic, key: 'k', value: Buffer.from(value) })

/** The codes of refused calls, null for the others. */
const outcomes = async (calls: readonly Promise<void>[]): Promise<readonly (string | null)[]> =>
  (await Promise.allSettled(calls)).map(call => (call.status === 'rejected' ? (call.reason as Fault).code : null))

test('calls that are sent together with a refused one are written once', async () => {
  const forbidden = new Fault('FLY_CONFIG', 'forbidden', { type: 'TOPIC_AUTHORIZATION_FAILED' })
  const { appender, written, release } = brokerThatRefuses(({ topic }) => (topic === 'closed' ? forbidden : undefined))
  const first = appender.append([record('open', 'first')])
  const calls = [
    appender.append([record('open', '1')]),
    appender.append([record('closed', '2')]),
    appender.append([record('open', '3'), record('closed', '4')]),
    appender.append([record('open', '5')]),
  ]
  release()
  await first
  expect(await outcomes(calls)).toEqual([null, 'FLY_CONFIG', 'FLY_CONFIG', null])
  expect(written).toEqual(['open first', 'open 1', 'open 3', 'open 5'])
})

test('a record that is too large for its topic refuses its own call only', async () => {
  const tooLarge = new Fault('FLY_TOO_LARGE', 'too large')
  const { appender, written, release } = brokerThatRefuses(({ messages }) =>
    messages.some(({ value }) => String(value).startsWith('huge')) ? tooLarge : undefined,
  )
  const first = appender.append([record('a', 'first')])
  const calls = ['1', 'huge', '2', '3'].map(value => appender.append([record('a', value)]))
  release()
  await first
  expect(await outcomes(calls)).toEqual([null, 'FLY_TOO_LARGE', null, null])
  expect(written).toEqual(['a first', 'a 1', 'a 2', 'a 3'])
})
