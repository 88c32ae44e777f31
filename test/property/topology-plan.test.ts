import fc from 'fast-check'
import { test } from 'vitest'
import type { TopicState } from '#runtime/log.ts'
import { plan, type Step } from '#topology/derive/plan.ts'
import type { WantedTopic } from '#topology/derive/wanted.ts'

const name = fc.constantFrom('a', 'b', 'c', 'd', 'e')
const partitions = fc.integer({ min: 1, max: 9 })
const wantedTopics: fc.Arbitrary<WantedTopic[]> = fc.uniqueArray(
  fc.record(
    {
      name,
      partitions,
      keep: fc.constantFrom(7 as const, 'compact' as const, 'forever' as const),
      breaks: fc.constant('order'),
    },
    { requiredKeys: ['name', 'partitions', 'keep'] },
  ),
  { selector: topic => topic.name },
)
const actualTopics = fc.uniqueArray(fc.record({ name, partitions }), { selector: topic => topic.name })

/** What the log has after the steps. */
function apply(steps: readonly Step[], actual: readonly TopicState[]): readonly TopicState[] {
  const after = new Map(actual.map(topic => [topic.name, topic.partitions]))
  for (const step of steps) if (step.do !== 'refuse') after.set(step.topic.name, step.topic.partitions)
  return Array.from(after, ([name, partitions]) => ({ name, partitions }))
}

const holds = (
  law: (wanted: WantedTopic[], actual: { name: string; partitions: number }[], force: boolean) => boolean,
): void => fc.assert(fc.property(wantedTopics, actualTopics, fc.boolean(), law))

test('applying a plan and planning again leaves the refusals only', () => {
  holds((wanted, actual, force) => {
    const steps = plan(wanted, actual, { force })
    const again = plan(wanted, apply(steps, actual), { force })
    return JSON.stringify(again) === JSON.stringify(steps.filter(step => step.do === 'refuse'))
  })
})

test('every wanted topic is there, planned or refused, and nothing else is touched', () => {
  holds((wanted, actual, force) => {
    const named = plan(wanted, actual, { force }).map(({ topic }) => topic.name)
    const fits = wanted.filter(({ name, partitions }) =>
      actual.some(has => has.name === name && has.partitions === partitions),
    )
    const covered = [...named, ...fits.map(({ name }) => name)].sort()
    return JSON.stringify(covered) === JSON.stringify(wanted.map(({ name }) => name).sort())
  })
})

test('no step takes partitions away, and none moves keys unless it is forced', () => {
  holds((wanted, actual, force) =>
    plan(wanted, actual, { force }).every(step => {
      if (step.do !== 'grow') return true
      const relied = wanted.find(({ name }) => name === step.topic.name)?.breaks !== undefined
      return step.topic.partitions > step.from && (force || !relied)
    }),
  )
})
