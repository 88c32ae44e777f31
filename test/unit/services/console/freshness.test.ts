import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { FollowedEvent } from '#runtime/service.ts'
import { createFreshness } from '#services/console/freshness.ts'
import { services, topics } from '#topology/map.ts'
import { topic } from '#topology/topic-names.ts'
import { score } from './events.ts'

const now = 1_800_000_000_000
const { withinSeconds, share } = topics[topic.scoredSamples].freshness

/** A score that was appended some seconds after its turn, and so long ago. */
const scored = (seconds: number, ago = 0, over: Parameters<typeof score>[0] = {}): FollowedEvent<'console'> => {
  const timestamp = now - 1000 * ago
  const headers = { began: String(timestamp - 1000 * seconds) }
  return { topic: topic.scoredSamples, event: score({ source: 'production', ...over }), timestamp, headers }
}
const withOverdue = (overdue: number, ...records: readonly FollowedEvent<'console'>[]) => {
  const { onRecord, view } = createFreshness()
  for (const record of records) onRecord(record)
  return view(now, overdue)
}
const after = (...records: readonly FollowedEvent<'console'>[]) => withOverdue(0, ...records)

test('without scores there are no figures, and the objective is neither met nor missed', () => {
  expect(after()).toMatchObject({ scores: 0, attained: null, p50Seconds: null, p95Seconds: null, ok: null })
})

test('what is overdue counts as missed, with and without scores', () => {
  expect(withOverdue(2, scored(1), scored(1))).toMatchObject({ scores: 2, overdue: 2, attained: 0.5, ok: false })
  expect(withOverdue(1)).toMatchObject({ scores: 0, overdue: 1, attained: 0, p50Seconds: null, ok: false })
})

test('the share within the limit, the limit included, and nearest-rank quantiles', () => {
  const hundred = Array.from({ length: 100 }, (_, at) => scored(at < 99 ? at : withinSeconds + 1))
  expect(after(...hundred)).toMatchObject({ scores: 100, attained: 0.99, p50Seconds: 49, p95Seconds: 94, ok: true })
  expect(after(...hundred, scored(withinSeconds + 1)).ok).toBe(false)
  expect(after(scored(withinSeconds))).toMatchObject({ attained: 1, ok: true })
})

test('only scores of production turns of the last hour count, if they say when their turn was appended', () => {
  const { scores } = after(
    scored(1),
    scored(1, 3600),
    scored(1, 0, { source: 'gold' }),
    scored(1, 0, { source: 'synthetic' }),
    { ...scored(1), headers: {} } as FollowedEvent<'console'>,
  )
  expect(scores).toBe(1)
})

test('the objective is the sum of the lag limits on the way, and the page for readers states it', () => {
  expect(withinSeconds).toBe(services.sampler.maxLagSeconds + services.judge.maxLagSeconds)
  const page = readFileSync('docs/scored-samples.md', 'utf8').replace(/\s+/g, ' ')
  expect(page).toContain(
    `${100 * share}% of the scores of production turns can be read within ${withinSeconds} seconds`,
  )
})
