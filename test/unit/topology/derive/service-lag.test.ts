import { expect, test } from 'vitest'
import { serviceLag } from '#topology/derive/service-lag.ts'

const partition = (records: number, oldest: number | null) => ({ topic: 't', partition: 0, records, oldest })

test('the lag in seconds is the age of the oldest record that was not consumed', () => {
  const now = 1_000_000
  expect(serviceLag('judge', [partition(3, now - 30_000), partition(2, now - 121_000)], now)).toEqual({
    ...{ records: 5, seconds: 121, limitSeconds: 120, overLimit: true },
  })
  expect(serviceLag('judge', [partition(3, now - 120_000)], now).overLimit).toBe(false)
})

test('the lag in seconds is zero when all is consumed, and when the clock of the broker is ahead', () => {
  for (const oldest of [null, 1_000_500])
    expect(serviceLag('judge', [partition(0, oldest)], 1_000_000)).toMatchObject({ seconds: 0, overLimit: false })
  expect(serviceLag('gateway', [], 5)).toMatchObject({ records: 0, seconds: 0, overLimit: false })
})
