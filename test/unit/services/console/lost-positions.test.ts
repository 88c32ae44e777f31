import { expect, test } from 'vitest'
import type { PositionLost } from '#schemas/events.ts'
import { createLostPositions, MAX_LOSSES } from '#services/console/lost-positions.ts'
import { topic } from '#topology/topic-names.ts'

const loss = (id: string, changes: Partial<PositionLost> = {}): PositionLost => ({
  ...{ id, service: 'sampler', topic: topic.chatLogs, partition: 0, effect: 'skipped', from: 100, to: 180 },
  action: 'stop',
  ...changes,
})

function viewsOf(...told: readonly (readonly [event: PositionLost, timestamp: number])[]) {
  const { onRecord, views } = createLostPositions()
  for (const [event, timestamp] of told) onRecord({ topic: topic.lostPositions, event, timestamp, headers: {} })
  return views()
}

test('losses are added up by service, topic and effect, the newest first', () => {
  const continued = loss('b', { partition: 1, from: 7, to: 9, action: 'continue' })
  const repeated = loss('c', { effect: 'repeated', from: 0, to: 5 })
  const sampler = { service: 'sampler', topic: topic.chatLogs }
  expect(viewsOf([loss('a'), 1], [repeated, 2], [continued, 3])).toEqual([
    { ...sampler, effect: 'skipped', action: 'continue', records: 82, at: 3 },
    { ...sampler, effect: 'repeated', action: 'stop', records: 5, at: 2 },
  ])
})

test('a loss that is told at each start counts once', () => {
  expect(viewsOf([loss('a'), 1], [loss('a'), 2], [loss('a', { action: 'continue' }), 3])).toEqual([
    { service: 'sampler', topic: topic.chatLogs, effect: 'skipped', action: 'continue', records: 80, at: 3 },
  ])
})

test('the oldest losses are dropped', () => {
  const told = Array.from(
    { length: MAX_LOSSES + 5 },
    (_none, at) => [loss(`${at}`, { from: at, to: at + 1 }), at] as const,
  )
  expect(viewsOf(...told)).toMatchObject([{ records: MAX_LOSSES }])
})
