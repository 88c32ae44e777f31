import { expect, test } from 'vitest'
import { reviewOrder } from '#services/annotation/review-order.ts'

const item = (sampleId: string, value: number, at: number) => ({ sampleId, value, at })
const items = [item('old', 0, 1), item('older', 0, 0), item('best', 9, 5), item('good', 5, 6), item('fair', 3, 7)]
const order = (count: number, before: number) => reviewOrder(items, count, before).map(({ sampleId }) => sampleId)

test('the most valuable items come first, and every third is the one that was selected first', () => {
  expect(order(5, 0)).toEqual(['best', 'good', 'older', 'fair', 'old'])
})

test('items that are leased one by one get the same order as those leased together', () => {
  expect([order(1, 0), order(1, 1), order(1, 2)]).toEqual([['best'], ['best'], ['older']])
})

test('no more is given than there is or was asked for', () => {
  expect(order(9, 0)).toHaveLength(5)
  expect(order(0, 0)).toEqual([])
  expect(order(-1, 0)).toEqual([])
})
