import { expect, test } from 'vitest'
import { chainStartHeader, secondsSinceChainStart } from '#runtime/telemetry/chain-start.ts'

const age = (timestamp: number, start?: string) =>
  secondsSinceChainStart({ timestamp, headers: start === undefined ? {} : { [chainStartHeader]: start } })

test('a record says how long after the first record of its chain it was appended; the first itself says nothing', () => {
  expect(age(3_500, '1000')).toBe(2.5)
  expect(age(1_000)).toBeUndefined()
})

test('where the clock of one broker is behind that of another the age is 0', () => {
  expect(age(1_000, '2000')).toBe(0)
})

test.each(['', 'soon'])('a header %j is no time', start => {
  expect(age(1_000, start)).toBeUndefined()
})
