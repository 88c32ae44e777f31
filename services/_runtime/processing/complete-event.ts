import { deriveId } from '../core/identity.ts'
import { originalRecord } from '../dead-letters/dead-letter.ts'
import type { LogRecord } from '../log/event-log.ts'
import { propagatedTraceparent } from '../telemetry/traceparent.ts'
import type { Rule } from './any-service.ts'

type CompletedEvent = {
  readonly id: string
  readonly parents: readonly string[]
  readonly at: number
  readonly agent: string
}

/** The header with when the first record of the chain that led to a record was appended, in ms since 1970. */
const chainStartHeader = 'began'

/** Seconds from the append of the first record of a chain to the append of this one; undefined where it is the first itself. */
export function secondsSinceChainStart({
  timestamp,
  headers,
}: Pick<LogRecord, 'timestamp' | 'headers'>): number | undefined {
  const first = Number(headers[chainStartHeader] || Number.NaN)
  return Number.isFinite(first) ? Math.max(0, timestamp - first) / 1000 : undefined
}

/**
 * Completes what a service emits: identity derived from rule version, input and index, so that a replay makes the same
 * event; the time of the input; its parents; the trace of the input, as it came unless the step has a span to name; and
 * when its chain began. A re-driven record began when it was first seen: the time that it was parked counts.
 */
export function completeEvent(
  service: Rule,
  input: { readonly id: string; readonly at: number },
  record: LogRecord,
  out: { readonly topic: string; readonly event: object; readonly parents?: readonly string[] },
  index: number,
  traceparent = propagatedTraceparent(record.headers['traceparent'], input.id),
): { topic: string; event: CompletedEvent; headers: Record<string, string> } {
  const id = deriveId(service.version, input.id, index)
  const parents = [input.id, ...(out.parents ?? [])]
  return {
    topic: out.topic,
    event: { ...out.event, id, parents, at: input.at } as unknown as CompletedEvent,
    headers: {
      traceparent,
      [chainStartHeader]: record.headers[chainStartHeader] ?? String(originalRecord(service.name, record).timestamp),
    },
  }
}
