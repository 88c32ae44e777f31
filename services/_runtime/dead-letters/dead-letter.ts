import { serviceDefinitions } from '#topology/derive/definitions.ts'
import { deadLetterTopic, retryTopic } from '#topology/derive/names.ts'
import type { ServiceName } from '#topology/types.ts'
import { readSchemaId } from '../codec/wire-format.ts'
import { at } from '../core/checked.ts'
import type { Fault } from '../core/faults.ts'
import type { LogRecord, NewRecord } from '../log/event-log.ts'

/** The headers that are added to a dead letter. All others came with the record. */
const ownHeaderNames = ['topic', 'partition', 'offset', 'code', 'reason', 'attempts', 'first-seen', 'schema-id'].map(
  name => `dlq.${name}`,
)

/** Characters of a reason. The size limit is for the record's own key and headers. */
const maxReasonLength = 500

/**
 * The dead letter of a refused record: its bytes and headers unchanged, in the same partition number, with headers for what is
 * needed to correct and re-drive it: the fault, the attempts so far, when and where it was first seen. Headers hold no chat
 * text.
 */
export function deadLetter(service: ServiceName, record: LogRecord, fault: Fault, attempts: number): NewRecord {
  const { topic, offset, timestamp } = originalRecord(service, record)
  const { key, value, partition, headers } = record
  const before = record.topic === topic ? 0 : headerNumber(headers, 'dlq.attempts', 0)
  const schemaId = schemaIdOf(value)
  return {
    ...{ topic: deadLetterTopic(topic, service), partition, key, value },
    headers: {
      ...headers,
      'dlq.topic': topic,
      'dlq.partition': String(partition),
      'dlq.offset': String(offset),
      'dlq.code': fault.code,
      'dlq.reason': fault.message.slice(0, maxReasonLength).toWellFormed(),
      'dlq.attempts': String(before + attempts),
      'dlq.first-seen': String(timestamp),
      ...(schemaId !== null && { 'dlq.schema-id': String(schemaId) }),
    },
  }
}

/**
 * The record that a service has to decide on. A record of the retry topic stands for the one that was refused, with its topic, offset
 * and time. In other topics the headers are ignored: anyone may have written them.
 */
export function originalRecord(service: ServiceName, record: LogRecord): LogRecord {
  if (record.topic !== retryTopic(service)) return record
  const { headers } = record
  const reads: readonly string[] = serviceDefinitions[service].reads
  return {
    ...record,
    // A record that was written by hand, without the header, is taken to be of the first topic.
    topic: reads.find(name => name === headers['dlq.topic']) ?? at(reads, 0),
    offset: headerNumber(headers, 'dlq.offset', record.offset),
    timestamp: headerNumber(headers, 'dlq.first-seen', record.timestamp),
  }
}

/** A dead letter without the record's content: its position, and what its headers say. Times in ms since 1970. */
export type DeadLetterSummary = {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  /** When it was last refused. */
  readonly refusedAt: number
  readonly code: string
  readonly reason: string
  /** Of all refusals together. */
  readonly attempts: number
  readonly firstSeen: number
  readonly schemaId: number | null
  /** The position at which the record was first refused. */
  readonly origin: { readonly topic: string; readonly offset: number }
}

export function deadLetterSummary({
  topic,
  partition,
  offset,
  timestamp,
  value,
  headers,
}: LogRecord): DeadLetterSummary {
  return {
    ...{ topic, partition, offset, refusedAt: timestamp },
    code: headers['dlq.code'] ?? 'unknown',
    reason: headers['dlq.reason'] ?? '',
    attempts: headerNumber(headers, 'dlq.attempts', 0),
    firstSeen: headerNumber(headers, 'dlq.first-seen', timestamp),
    schemaId: schemaIdOf(value),
    origin: { topic: headers['dlq.topic'] ?? '', offset: headerNumber(headers, 'dlq.offset', -1) },
  }
}

/** Of the headers of a dead letter, those that were added to it. */
export function ownHeaders(headers: LogRecord['headers']): LogRecord['headers'] {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => ownHeaderNames.includes(name)))
}

/** Headers may have been written by hand: `otherwise` where one is missing or not an integer. */
function headerNumber(headers: LogRecord['headers'], name: string, otherwise: number): number {
  const number = Number(headers[name] || Number.NaN)
  return Number.isSafeInteger(number) ? number : otherwise
}

const schemaIdOf = (value: Buffer | null): number | null => (value && readSchemaId(value)) ?? null
