import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hourMs } from '#runtime/core/hours.ts'
import type { Position } from '#runtime/log/event-log.ts'
import { type ConsumerProgress, type HourBounds, ingestTopics, reconcile } from '#services/console/reconcile.ts'
import { topic } from '#topology/topic-names.ts'

const hour = 500_000 * hourMs
const over = hour + hourMs + 61_000
const at = (partition: number, offset: number): Position => ({ topic: topic.chatLogs, partition, offset })
/** Partition 0 has offsets 10 to 19 in the hour, partition 1 offsets 5 to 7. */
const bounds: readonly HourBounds[] = [{ hour, from: [at(0, 10), at(1, 5)], to: [at(0, 20), at(1, 8)] }]
const said = (accepted: number, logged: number, direct = 0, completeSince: number | null = null) => ({
  completeSince,
  hours: [{ topic: topic.chatLogs, hour, accepted, logged, direct }],
})
const nothing = { completeSince: null, hours: [] }
const group = (...committed: Position[]): ReadonlyMap<'sampler', ConsumerProgress> =>
  new Map([['sampler', { committed, lag: [] }]])
const all = group(at(0, 20), at(1, 8))
const verdict = (...given: Parameters<typeof reconcile>) => reconcile(...given)[0]?.verdict

describe('an hour', () => {
  it('is equal when what was accepted is logged and all of the log is consumed', () => {
    expect(reconcile(bounds, said(10, 10, 3), all, over)).toEqual([
      {
        ...{ topic: topic.chatLogs, hour, accepted: 10, logged: 10, direct: 3, appended: 13 },
        ...{ consumed: { sampler: 13 }, verdict: 'equal' },
      },
    ])
  })

  it('has lost records when less is in the log than was accepted, once it is over', () => {
    expect(verdict(bounds, said(14, 13), all, over)).toBe('lost')
    expect(verdict(bounds, said(14, 13), all, hour + 1)).toBe('running')
  })

  it('may hold records whose senders got no answer', () => {
    expect(verdict(bounds, said(12, 13), all, over)).toBe('equal')
  })

  it.each([
    ['nothing committed', [], 0],
    ['committed before the hour', [at(0, 3), at(1, 5)], 0],
    ['in its middle', [at(0, 12), at(1, 8)], 5],
    ['beyond it', [at(0, 900), at(1, 900)], 13],
  ])('consumed, %s', (_what, committed, consumed) => {
    const [found] = reconcile(bounds, said(13, 13), group(...committed), over)
    expect([found?.consumed.sampler, found?.verdict]).toEqual([consumed, consumed === 13 ? 'equal' : 'behind'])
  })

  it('is consumed when nobody is behind, though a transaction marker ends it', () => {
    const lag = [0, 1].map(partition => ({ topic: topic.chatLogs, partition, records: 0, oldest: null }))
    const groups = new Map([['sampler', { committed: [at(0, 19), at(1, 7)], lag }]] as const)
    expect(verdict(bounds, said(11, 11), groups, over)).toBe('equal')
  })

  it('is unknown where ingest did not read the log so far back when it started, and not lost', () => {
    expect(reconcile(bounds, said(13, 2, 1, hour + 1), all, over)).toMatchObject([
      { accepted: 13, logged: null, direct: null, verdict: 'unknown' },
    ])
    expect(verdict(bounds, said(13, 2, 1, hour), all, over)).toBe('lost')
  })

  it('is unknown while ingest does not answer, and left out without a record', () => {
    expect(reconcile(bounds, null, all, over)).toMatchObject([{ accepted: null, appended: 13, verdict: 'unknown' }])
    expect(reconcile([{ hour, from: [at(0, 10)], to: [at(0, 10)] }], nothing, all, over)).toEqual([])
  })
})

it('the consumed records of the hours are those before the committed offset', () =>
  fc.assert(
    fc.property(fc.array(fc.nat(50), { minLength: 2, maxLength: 12 }), fc.nat(600), (sizes, committed) => {
      const ends = [0]
      for (const size of sizes) ends.push((ends.at(-1) ?? 0) + size)
      const hours = sizes.map((_, index) => ({
        hour: hour + index * hourMs,
        from: [at(0, ends[index] ?? 0)],
        to: [at(0, ends[index + 1] ?? 0)],
      }))
      const found = reconcile(hours, nothing, group(at(0, committed)), over)
      const consumed = found.reduce((sum, one) => sum + (one.consumed.sampler ?? 0), 0)
      expect(consumed).toBe(Math.min(committed, ends.at(-1) ?? 0))
    }),
  ))

it('covers the topics that ingest writes and a service consumes', () => {
  expect(ingestTopics.map(one => one.topic)).toEqual([topic.chatLogs, topic.escalations, topic.feedback])
  expect(ingestTopics.every(({ consumers }) => consumers.includes('sampler'))).toBe(true)
})
