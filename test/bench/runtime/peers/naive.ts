import { Kafka, logLevel } from 'kafkajs'
import { createCodec } from '#runtime/codec/codec.ts'
import { at } from '#runtime/core/checked.ts'
import { deriveId } from '#runtime/core/identity.ts'
import { openHttpRegistry } from '#runtime/registry/http.ts'
import { avro } from '#schemas/avro.ts'
import { topic } from '#topology/topic-names.ts'
import { select, version } from '../rule.ts'
import { announce, untilInputEnds } from './announce.ts'

/**
 * The loop of kafkajs tutorials: one transactional producer with its defaults, transactions of 200 records, one after the
 * other. Codec and rule are Flywheel's, so that only the loop differs. Arguments: brokers, registry, group.
 */
const [brokers = '', registryUrl = '', group = ''] = process.argv.slice(2)
const recordsPerTransaction = 200

const kafka = new Kafka({ brokers: brokers.split(','), clientId: group, logLevel: logLevel.NOTHING })
const codec = createCodec(openHttpRegistry(registryUrl), avro)
await codec.registerSchemas([topic.selectedSamples])
const consumer = kafka.consumer({ groupId: group })
const producer = kafka.producer({ transactionalId: group, maxInFlightRequests: 1, idempotent: true })
await Promise.all([consumer.connect(), producer.connect()])
await consumer.subscribe({ topic: topic.chatLogs, fromBeginning: true })
// An open transaction would hide what others write.
untilInputEnds(() => void consumer.disconnect().finally(() => process.exit()))

await consumer.run({
  autoCommit: false,
  eachBatch: async ({ batch, resolveOffset, heartbeat, isRunning, isStale }) => {
    for (let from = 0; from < batch.messages.length && isRunning() && !isStale(); from += recordsPerTransaction) {
      const messages = batch.messages.slice(from, from + recordsPerTransaction)
      const last = at(messages, messages.length - 1).offset
      const outputs = []
      for (const { value } of messages) {
        announce()
        const turn = await codec.decode(topic.chatLogs, value ?? Buffer.alloc(0))
        const stamp = { id: deriveId(version, turn.id, 0), parents: [turn.id], at: turn.at }
        const { key, value: bytes } = codec.record(topic.selectedSamples, { ...select(turn), ...stamp })
        outputs.push({ key, value: bytes })
      }
      const transaction = await producer.transaction()
      await transaction.send({ topic: topic.selectedSamples, messages: outputs })
      const next = [{ partition: batch.partition, offset: String(Number(last) + 1) }]
      await transaction.sendOffsets({ consumerGroupId: group, topics: [{ topic: topic.chatLogs, partitions: next }] })
      await transaction.commit()
      resolveOffset(last)
      await heartbeat()
    }
  },
})
