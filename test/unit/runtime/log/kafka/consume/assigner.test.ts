import fc from 'fast-check'
import { expect, test } from 'vitest'
import { assignPartitions, type GroupMember, topicsByPartition } from '#runtime/log/kafka/consume/assigner.ts'

const groups = fc.record({
  numbers: fc.nat({ max: 24 }),
  members: fc.uniqueArray(fc.record({ id: fc.uuid(), owned: fc.uniqueArray(fc.nat({ max: 30 }), { maxLength: 12 }) }), {
    minLength: 1,
    maxLength: 9,
    selector: ({ id }) => id,
  }),
})

const sizes = (shared: ReadonlyMap<string, readonly number[]>): number[] => [...shared.values()].map(all => all.length)
const next = (shared: ReadonlyMap<string, readonly number[]>): GroupMember[] =>
  [...shared].map(([id, owned]) => ({ id, owned }))

test('each number has one owner, and no member has two more than another', () => {
  fc.assert(
    fc.property(groups, ({ numbers, members }) => {
      const shared = assignPartitions(numbers, members)
      expect([...shared.values()].flat().sort((a, b) => a - b)).toEqual(Array.from({ length: numbers }, (_, n) => n))
      expect([...shared.keys()].sort()).toEqual(members.map(({ id }) => id).sort())
      expect(Math.max(...sizes(shared)) - Math.min(...sizes(shared))).toBeLessThanOrEqual(1)
    }),
  )
})

test('nothing moves when nothing has changed, whatever the order of the members', () => {
  fc.assert(
    fc.property(groups, ({ numbers, members }) => {
      const shared = assignPartitions(numbers, members)
      const again = assignPartitions(numbers, next(shared).toReversed())
      for (const [id, all] of shared) expect(again.get(id)?.toSorted()).toEqual(all.toSorted())
    }),
  )
})

test('when a member leaves, the others keep what they have', () => {
  fc.assert(
    fc.property(groups, ({ numbers, members }) => {
      const [, ...rest] = next(assignPartitions(numbers, members))
      if (rest.length === 0) return
      const shared = assignPartitions(numbers, rest)
      for (const { id, owned } of rest) expect(shared.get(id)).toEqual(expect.arrayContaining([...owned]))
    }),
  )
})

test('a partition number has the topics that have it', () => {
  expect([...topicsByPartition({ wide: [0, 1, 2], narrow: [0] })]).toEqual([
    [0, ['narrow', 'wide']],
    [1, ['wide']],
    [2, ['wide']],
  ])
})
