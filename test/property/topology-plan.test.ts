import fc from 'fast-check'
import { test } from 'vitest'
import type { ExistingTopic } from '#runtime/log/event-log.ts'
import type { RequiredTopic } from '#topology/derive/required-topics.ts'
import { planTopicChanges, type TopicChange } from '#topology/derive/topic-changes.ts'

const name = fc.constantFrom('a', 'b', 'c', 'd', 'e')
const partitions = fc.integer({ min: 1, max: 9 })
const wantedTopics: fc.Arbitrary<RequiredTopic[]> = fc.uniqueArray(
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
const actualTopics = fc.uniqueArray(
  fc.record({ name, partitions, replicas: fc.integer({ min: 1, max: 3 }) }, { requiredKeys: ['name', 'partitions'] }),
  { selector: topic => topic.name },
)
const options = fc.record({ force: fc.boolean(), replicas: fc.integer({ min: 1, max: 3 }) })

/** What the log has after the steps; what is created has as many replicas as are set. */
function apply(
  steps: readonly TopicChange[],
  actual: readonly ExistingTopic[],
  replicas: number,
): readonly ExistingTopic[] {
  const after = new Map(actual.map(topic => [topic.name, topic]))
  for (const { do: what, topic } of steps)
    if (what !== 'refuse') after.set(topic.name, { replicas, ...after.get(topic.name), ...topic })
  return [...after.values()]
}

type Options = { readonly force: boolean; readonly replicas: number }

const holds = (law: (wanted: RequiredTopic[], actual: readonly ExistingTopic[], options: Options) => boolean): void =>
  fc.assert(fc.property(wantedTopics, actualTopics, options, law))

test('applying a plan and planning again leaves the refusals only', () => {
  holds((wanted, actual, options) => {
    const steps = planTopicChanges(wanted, actual, options)
    const again = planTopicChanges(wanted, apply(steps, actual, options.replicas), options)
    return JSON.stringify(again) === JSON.stringify(steps.filter(step => step.do === 'refuse'))
  })
})

test('every wanted topic is there, planned or refused, and nothing else is touched', () => {
  holds((wanted, actual, options) => {
    const named = new Set(planTopicChanges(wanted, actual, options).map(({ topic }) => topic.name))
    const fits = wanted.filter(({ name, partitions }) =>
      actual.some(
        has =>
          has.name === name && has.partitions === partitions && (has.replicas ?? options.replicas) >= options.replicas,
      ),
    )
    const covered = [...named, ...fits.map(({ name }) => name)].sort()
    return JSON.stringify(covered) === JSON.stringify(wanted.map(({ name }) => name).sort())
  })
})

test('no step takes partitions away, and none moves keys unless it is forced', () => {
  holds((wanted, actual, options) =>
    planTopicChanges(wanted, actual, options).every(step => {
      if (step.do !== 'grow') return true
      const relied = wanted.find(({ name }) => name === step.topic.name)?.breaks !== undefined
      return step.topic.partitions > step.from && (options.force || !relied)
    }),
  )
})
