import { expect, test } from 'vitest'
import type { ReleaseDecided } from '#schemas/events.ts'
import { addRelease, emptyHistory, previousRelease, releaseOfRequest } from '#services/promoter/release-history.ts'
import { promotion } from './makers.ts'

const historyOf = (...releases: readonly ReleaseDecided[]) => releases.reduce(addRelease, emptyHistory)
const rollback = (id: string, to: number, request = `request of ${id}`) =>
  promotion(to, { id, outcome: 'rolledBack', parents: [request, `r${to}`] })

test('before the second promotion there is no previous release', () => {
  expect(previousRelease(emptyHistory)).toBeUndefined()
  expect(previousRelease(historyOf(promotion(1)))).toBeUndefined()
})

test('the previous release is the promotion before the one that is served', () => {
  const rejected = promotion(3, { outcome: 'rejected' })
  expect(previousRelease(historyOf(promotion(1), promotion(2), rejected))?.id).toBe('r1')
})

test('after a rollback it is the one before the restored release, however often', () => {
  const three = [promotion(1), promotion(2), promotion(3)]
  expect(previousRelease(historyOf(...three, rollback('b1', 2)))?.id).toBe('r1')
  expect(previousRelease(historyOf(...three, rollback('b1', 2), rollback('b2', 1)))).toBeUndefined()
  expect(previousRelease(historyOf(...three, rollback('b1', 1), promotion(4)))?.id).toBe('r1')
})

test('a release that was rolled back can be restored, and what it replaced is its previous one', () => {
  const history = historyOf(promotion(1), promotion(2), rollback('b1', 1), rollback('b2', 2))
  expect(history.active.map(({ planner }) => planner)).toEqual(['p1', 'p2'])
  expect([...history.byId.keys()]).toEqual(['r1', 'r2', 'b1', 'b2'])
})

test('an event that comes twice counts once', () => {
  expect(historyOf(promotion(1), promotion(2), promotion(2)).active).toHaveLength(2)
})

test('a rollback is found by its request', () => {
  const history = historyOf(promotion(1), promotion(2), rollback('b1', 1, 'request-7'))
  expect(releaseOfRequest(history, 'request-7')?.id).toBe('b1')
  expect(releaseOfRequest(history, 'request-8')).toBeUndefined()
})
