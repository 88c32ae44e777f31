import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { OtlpSpan } from '#dialects/otel/spans.ts'

/** A span that waits for others of its trace; `isLink` where it only connects those with their parents. */
export type WaitingSpan = { readonly span: OtlpSpan; readonly isLink: boolean }

/** How long a trace waits after its newest span: exporters send every few seconds, and tools take their time. */
const maxQuietMs = 60_000
/** Most bytes of all waiting spans, as JSON. */
const maxBytes = 64 * 1024 * 1024

/** Spans that wait, on disk: `keep` and `remove` are durable when they return. */
export type WaitingSpans = {
  readonly ofTraces: (traceIds: readonly string[]) => readonly WaitingSpan[]
  /** A span that is known is replaced. */
  readonly keep: (spans: readonly WaitingSpan[], now: number) => void
  readonly remove: (spans: readonly OtlpSpan[]) => void
  /** The traces that have waited long enough, and the oldest of those that are too many. */
  readonly due: (now: number) => readonly string[]
  readonly close: () => void
}

export function openWaitingSpans(folder: string): WaitingSpans {
  mkdirSync(folder, { recursive: true })
  const db = new DatabaseSync(join(folder, 'waiting-spans.sqlite'), { timeout: 5000 })
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
  db.exec(`CREATE TABLE IF NOT EXISTS spans (
    trace TEXT NOT NULL, span TEXT NOT NULL, arrived INTEGER NOT NULL, link INTEGER NOT NULL, bytes INTEGER NOT NULL,
    body TEXT NOT NULL, PRIMARY KEY (trace, span)) STRICT, WITHOUT ROWID`)
  const select = db.prepare('SELECT body, link FROM spans WHERE trace = ?')
  const insert = db.prepare('INSERT OR REPLACE INTO spans VALUES (?, ?, ?, ?, ?, ?)')
  const remove = db.prepare('DELETE FROM spans WHERE trace = ? AND span = ?')
  const traces = db.prepare('SELECT trace, max(arrived) AS newest, sum(bytes) AS bytes FROM spans GROUP BY trace')
  const inTransaction = (change: () => void): void => {
    db.exec('BEGIN IMMEDIATE')
    try {
      change()
      db.exec('COMMIT')
    } catch (error) {
      db.exec('ROLLBACK')
      throw error
    }
  }

  return {
    ofTraces: traceIds =>
      traceIds
        .flatMap(traceId => select.all(traceId))
        .map(({ body, link }) => ({ span: JSON.parse(String(body)), isLink: link === 1 })),
    keep(spans, now) {
      if (spans.length === 0) return
      inTransaction(() => {
        for (const { span, isLink } of spans) {
          const body = JSON.stringify(span)
          insert.run(span.traceId, span.spanId, now, isLink ? 1 : 0, Buffer.byteLength(body), body)
        }
      })
    },
    remove(spans) {
      if (spans.length === 0) return
      inTransaction(() => {
        for (const { traceId, spanId } of spans) remove.run(traceId, spanId)
      })
    },
    due(now) {
      let bytes = 0
      return traces
        .all()
        .map(row => ({ trace: String(row['trace']), newest: Number(row['newest']), bytes: Number(row['bytes']) }))
        .toSorted((a, b) => b.newest - a.newest)
        .filter(trace => {
          bytes += trace.bytes
          return trace.newest <= now - maxQuietMs || bytes > maxBytes
        })
        .map(({ trace }) => trace)
    },
    close: () => db.close(),
  }
}
