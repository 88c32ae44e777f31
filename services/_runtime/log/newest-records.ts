import type { EventLog, LogRecord, PartitionBounds, Position } from './event-log.ts'
import { partitionKey } from './positions.ts'

/** How many of the newest records are read, and about how many bytes of them. */
export type NewestLimit = { readonly records: number; readonly bytes: number }

/**
 * `from`: where the newest records begin, in the partitions in which older ones are left out. `since`: the time, in ms since 1970,
 * since which no record is left out; null where none is.
 */
export type NewestRecords = { readonly from: readonly Position[]; readonly since: number | null }

/** Bytes of a record besides its value. */
const recordOverheadBytes = 200

/**
 * Finds the newest records of these topics, without reading more than one batch of each partition. Every partition gives its newest
 * ones, the same number of each that has so many. The limit counts offsets: transaction markers make the records fewer. Their size
 * is estimated from the oldest ones of the result.
 */
export async function findNewestRecords(
  log: Pick<EventLog, 'bounds' | 'read'>,
  topics: readonly string[],
  { records, bytes }: NewestLimit,
  signal: AbortSignal,
): Promise<NewestRecords> {
  const bounds = (await log.bounds(topics)).filter(({ begin, end }) => begin < end)
  const found = newestOf(bounds, records)
  const first = await firstBatches(log, found, signal)
  const fitting = first.length === 0 ? records : Math.floor(bytes / meanBytes(first))
  if (fitting >= records) return leavingOut(bounds, found, first)
  const smaller = newestOf(bounds, fitting)
  return leavingOut(bounds, smaller, await firstBatches(log, smaller, signal))
}

/** Where the newest `limit` offsets begin, in every partition. */
function newestOf(bounds: readonly PartitionBounds[], limit: number): readonly Position[] {
  let left = limit
  const smallestFirst = bounds.toSorted((a, b) => a.end - a.begin - (b.end - b.begin))
  return smallestFirst.map(({ topic, partition, begin, end }, index) => {
    const share = Math.max(1, Math.floor(left / (bounds.length - index)))
    const offset = Math.max(begin, end - share)
    left -= end - offset
    return { topic, partition, offset }
  })
}

/** The first batch of each partition, from its position on. */
async function firstBatches(
  log: Pick<EventLog, 'read'>,
  positions: readonly Position[],
  signal: AbortSignal,
): Promise<readonly LogRecord[]> {
  const firstBatch = async (position: Position): Promise<readonly LogRecord[]> => {
    let batch: readonly LogRecord[] = []
    const enough = new AbortController()
    const take = (records: readonly LogRecord[]): void => {
      batch = records
      enough.abort()
    }
    const options = { partitions: [position.partition], from: [position], follow: false }
    await log.read([position.topic], options, take, AbortSignal.any([signal, enough.signal]))
    return batch
  }
  const batches = await Promise.all(positions.map(firstBatch))
  signal.throwIfAborted()
  return batches.flat()
}

const meanBytes = (batch: readonly LogRecord[]): number =>
  batch.reduce((sum, { value }) => sum + recordOverheadBytes + (value?.length ?? 0), 0) / batch.length

function leavingOut(
  bounds: readonly PartitionBounds[],
  positions: readonly Position[],
  first: readonly LogRecord[],
): NewestRecords {
  const begins = new Map(bounds.map(one => [partitionKey(one), one.begin]))
  const from = positions.filter(position => position.offset > (begins.get(partitionKey(position)) ?? 0))
  const oldest = from.flatMap(position => first.find(record => partitionKey(record) === partitionKey(position)) ?? [])
  return { from, since: from.length === 0 ? null : Math.max(0, ...oldest.map(({ timestamp }) => timestamp)) }
}
