import type { EventLog, Position } from '../../event-log.ts'
import type { ClusterQuery } from '../connection/cluster-query.ts'

/** Looks up positions by time and by group. */
export function createPositionQueries(query: ClusterQuery): Pick<EventLog, 'positionsAt' | 'committed'> {
  return {
    async positionsAt(topics, time) {
      const of = await query.partitions(topics)
      // The ends first: what is appended in between lies behind them, or is found.
      const ends = await query.offsets('end', of)
      // Negative times are questions of another kind to a broker.
      const found = await query.offsets({ time: Math.min(Math.max(0, Math.ceil(time)), Number.MAX_SAFE_INTEGER) }, of)
      return toPositions(found, offset => offset).map(at =>
        at.offset < 0 ? { ...at, offset: ends.get(at.topic)?.get(at.partition) ?? 0 } : at,
      )
    },
    async committed(group, topics) {
      const found = await query.committed(group, await query.partitions(topics))
      return toPositions(found, ({ offset }) => offset).filter(({ offset }) => offset >= 0)
    },
  }
}

function toPositions<T>(
  table: ReadonlyMap<string, ReadonlyMap<number, T>>,
  offsetOf: (entry: T) => number,
): Position[] {
  return [...table].flatMap(([topic, of]) =>
    Array.from(of, ([partition, entry]) => ({ topic, partition, offset: offsetOf(entry) })),
  )
}
