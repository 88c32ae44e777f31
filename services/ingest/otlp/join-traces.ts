import { type GroupResult, readTurns } from '#dialects/otel/read-turns.ts'
import type { OtlpSpan } from '#dialects/otel/spans.ts'
import type { WaitingSpan, WaitingSpans } from './waiting-spans.ts'

/** What was read. `settle` forgets the spans that waited and are decided now: call it once the turns are in the log. */
export type JoinedRead = { readonly results: readonly GroupResult[]; readonly settle: () => void }

/**
 * Reads spans together with those of their traces that came before. What is not finished waits, on disk, before the export is
 * acknowledged. A crash between loses nothing: turns that were appended before have the same ids.
 */
export function createTraceJoiner(waiting: WaitingSpans, isKnown: (agent: string) => boolean) {
  return {
    read(spans: readonly OtlpSpan[], now: number): JoinedRead {
      const before = waitingBefore(waiting, spans)
      const results = readTurns([...spansOf(before, false), ...spans], isKnown, { links: spansOf(before, true) })
      const unfinished = results.flatMap(result => (result.outcome === 'unfinished' ? result.members : []))
      const traces = new Set(unfinished.map(({ traceId }) => traceId))
      // They connect spans of later exports with those that wait.
      const links = results
        .flatMap(result => (result.outcome === 'other' ? result.members : []))
        .filter(({ traceId }) => traces.has(traceId))
      const known = new Set(before.map(({ span }) => span))
      const asWaiting = (isLink: boolean) => (span: OtlpSpan) => ({ span, isLink })
      const kept = [...unfinished.map(asWaiting(false)), ...links.map(asWaiting(true))]
      waiting.keep(
        kept.filter(({ span }) => !known.has(span)),
        now,
      )
      const stillWaiting = new Set<OtlpSpan>(unfinished)
      const decided = before.filter(({ span, isLink }) =>
        isLink ? !traces.has(span.traceId) : !stillWaiting.has(span),
      )
      return {
        results: results.filter(({ outcome }) => outcome !== 'unfinished'),
        settle: () => waiting.remove(decided.map(({ span }) => span)),
      }
    },
    /** Reads the traces that have waited long enough, as they are. */
    readDue(now: number): JoinedRead {
      const before = waiting.ofTraces(waiting.due(now))
      const links = spansOf(before, true)
      return {
        results: readTurns(spansOf(before, false), isKnown, { links, isFinal: true }),
        settle: () => waiting.remove(before.map(({ span }) => span)),
      }
    },
  }
}

/** Those that wait of the traces of spans, without the spans themselves: an export may be repeated. */
function waitingBefore(waiting: WaitingSpans, spans: readonly OtlpSpan[]): readonly WaitingSpan[] {
  const known = new Set(spans.map(({ traceId, spanId }) => `${traceId}/${spanId}`))
  const traceIds = [...new Set(spans.map(({ traceId }) => traceId))]
  return waiting.ofTraces(traceIds).filter(({ span }) => !known.has(`${span.traceId}/${span.spanId}`))
}

const spansOf = (waiting: readonly WaitingSpan[], isLink: boolean): readonly OtlpSpan[] =>
  waiting.filter(one => one.isLink === isLink).map(({ span }) => span)
