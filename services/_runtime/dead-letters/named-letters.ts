import { z } from 'zod'
import { deadLetterTopics } from '#topology/derive/definitions.ts'
import type { ServiceName } from '#topology/types.ts'
import { requiredValue } from '../core/checked.ts'
import { Fault } from '../core/faults.ts'
import type { EventLog, LogRecord, NewRecord, Position } from '../log/event-log.ts'
import { partitionKey } from '../log/positions.ts'
import { deadLetterSummary } from './dead-letter.ts'
import { parsePosition, recordAt } from './find.ts'
import { type OwnedProgress, ownProgress } from './ownership.ts'
import { type Discard, type Resolution, readProgress } from './progress.ts'
import { toRetryRecord } from './redrive.ts'
import { createDeadLetterCounter, type DeadLetterCounts } from './unresolved.ts'

/** Why dead letters are discarded, for whoever looks later. */
export const discardReason = z.string().trim().min(1, 'say why').max(500)

/** Dead letters of a service, each as `TOPIC/PARTITION@OFFSET`. */
export type NamedLetters = { readonly service: ServiceName; readonly letters: readonly string[] }

/**
 * Re-drives these dead letters and no others, each once. The order among the dead letters of a key is not kept: earlier ones that are
 * not named stay unresolved. FLY_USAGE when one is not an unresolved dead letter of the service; then none is re-driven.
 */
export function redriveNamed(
  log: EventLog,
  named: NamedLetters,
  signal: AbortSignal,
): Promise<readonly DeadLetterCounts[]> {
  const copy = (letter: LogRecord): readonly NewRecord[] => [toRetryRecord(named.service, letter)]
  return resolveNamed(log, named, () => ({ how: 're-driven' }), copy, signal)
}

/**
 * Discards these dead letters: they are no longer unresolved, a re-drive leaves them out, and who discarded them, when and why is kept.
 * FLY_USAGE when one is not an unresolved dead letter of the service; then none is discarded.
 */
export function discardNamed(
  log: EventLog,
  named: NamedLetters,
  { by, why, at }: Pick<Discard, 'by' | 'why' | 'at'>,
  signal: AbortSignal,
): Promise<readonly DeadLetterCounts[]> {
  const discard = (letter: LogRecord): Resolution => ({
    ...{ how: 'discarded', at, by, why },
    code: deadLetterSummary(letter).code,
  })
  return resolveNamed(log, named, discard, () => [], signal)
}

/** Resolves the letters of a partition number in one transaction. Returns what this call resolved. */
async function resolveNamed(
  log: EventLog,
  { service, letters }: NamedLetters,
  resolutionOf: (letter: LogRecord) => Resolution,
  outputsOf: (letter: LogRecord) => readonly NewRecord[],
  signal: AbortSignal,
): Promise<readonly DeadLetterCounts[]> {
  const records = await unresolvedRecords(log, service, letters, signal)
  const byPartition = Map.groupBy(records, ({ partition }) => partition)
  const wanted = new Set(byPartition.keys())
  const resolved = createDeadLetterCounter()
  const done = new AbortController()
  const resolve = async ({ partition, progress, commit }: OwnedProgress): Promise<void> => {
    // Another process may have resolved some of them meanwhile.
    const left = requiredValue(byPartition, partition).filter(letter => !progress.resolutionOf(letter))
    if (left.length > 0)
      await commit(
        left.flatMap(outputsOf),
        left.map(letter => ({ topic: letter.topic, offset: letter.offset, resolution: resolutionOf(letter) })),
      )
    left.map(deadLetterSummary).forEach(resolved.add)
    wanted.delete(partition)
    if (wanted.size === 0) done.abort()
  }
  if (wanted.size > 0) await ownProgress(log, service, wanted, resolve, AbortSignal.any([signal, done.signal]))
  signal.throwIfAborted()
  return resolved.all()
}

/** The records of the letters, each once. FLY_USAGE for the first that is not an unresolved dead letter of the service. */
async function unresolvedRecords(
  log: EventLog,
  service: ServiceName,
  letters: readonly string[],
  signal: AbortSignal,
): Promise<readonly LogRecord[]> {
  const progress = await readProgress(log, service, signal)
  const records: LogRecord[] = []
  for (const letter of new Set(letters)) {
    const position = parsePosition(letter)
    const record = position && isOfService(service, position) && (await recordAt(log, position, signal))
    if (!record)
      throw new Fault(
        'FLY_USAGE',
        `${service} has no dead letter ${letter}: give TOPIC/PARTITION@OFFSET as flywheel dlq list prints it`,
      )
    const resolution = progress.get(record.partition)?.resolutionOf(record)
    if (resolution)
      throw new Fault('FLY_USAGE', `${partitionKey(record)}@${record.offset} is already ${resolution.how}`)
    records.push(record)
  }
  return records
}

const isOfService = (service: ServiceName, { topic }: Position): boolean => deadLetterTopics(service).includes(topic)
