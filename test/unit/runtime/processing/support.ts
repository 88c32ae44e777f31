import { createCodec } from '#runtime/codec/codec.ts'
import type { LogRecord, NewRecord } from '#runtime/log/event-log.ts'
import { createLogger, createMetrics } from '#runtime/telemetry/telemetry.ts'
import { avro } from '#schemas/avro.ts'
import type { ChatLogged } from '#schemas/events.ts'
import { turnOf } from '#test/chaos/input.ts'
import { inMemoryObjects } from '#test/support/doubles/in-memory-objects.ts'
import { inMemoryRegistry } from '#test/support/doubles/in-memory-registry.ts'
import { topic } from '#topology/topic-names.ts'

export const codec = createCodec(inMemoryRegistry(), avro)
await codec.registerSchemas()

/** What processing uses of the outside world, besides the log. */
export const processingContext = () => ({
  codec,
  objects: inMemoryObjects(),
  metrics: createMetrics(),
  logger: createLogger({ logLevel: 'silent' }),
  openSnapshot: undefined,
  tracing: undefined,
  settings: { gatherConcurrency: 16 },
  onLostPosition: undefined,
})

/** The record of a turn at that offset of `chat-logs`, partition 0. */
export function chatLog(offset: number, changes: Partial<ChatLogged> = {}): LogRecord {
  const { key, value } = codec.record(topic.chatLogs, { ...turnOf('unit', offset), ...changes })
  const position = { topic: topic.chatLogs, partition: 0, offset }
  return { ...position, timestamp: 1_000 + offset, key: Buffer.from(key ?? ''), value, headers: {} }
}

/** The events of one topic among outputs. */
export const eventsOf = (name: string, outputs: readonly NewRecord[]): Promise<readonly object[]> =>
  Promise.all(outputs.flatMap(({ topic: to, value }) => (to === name && value ? [codec.decode(name, value)] : [])))
