import type { EventLog, LogRecord, Position } from '../log/event-log.ts'

/**
 * The records of one partition from an offset up to its end at the start of the iteration. The log is read as fast as the iteration
 * goes: at most one batch waits in memory. Throws the signal's reason when it is aborted.
 */
export async function* readPartition(
  log: EventLog,
  { topic, partition, offset }: Position,
  signal: AbortSignal,
): AsyncGenerator<LogRecord, void> {
  const stopped = new AbortController()
  let arrived = Promise.withResolvers<readonly LogRecord[]>()
  let taken = Promise.withResolvers<void>()
  const onRecords = (records: readonly LogRecord[]): Promise<void> => {
    arrived.resolve(records)
    return taken.promise
  }
  const options = { partitions: [partition], from: [{ topic, partition, offset }], follow: false }
  const until = AbortSignal.any([signal, stopped.signal])
  const reading = log.read([topic], options, onRecords, until).finally(() => arrived.resolve([]))
  // Awaited at the end; until then a rejection must not be reported as unhandled.
  reading.catch(() => {})
  try {
    for (let batch = await arrived.promise; batch.length > 0; batch = await arrived.promise) {
      yield* batch
      const { resolve } = taken
      arrived = Promise.withResolvers()
      taken = Promise.withResolvers()
      resolve()
    }
    signal.throwIfAborted()
  } finally {
    stopped.abort()
    taken.resolve()
    await reading
  }
}
