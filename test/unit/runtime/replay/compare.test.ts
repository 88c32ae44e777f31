import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compareOutputs, type OutputEvent } from '#runtime/replay/compare.ts'
import { enumSymbolsByTopic } from '#runtime/replay/difference-counts.ts'
import { topic } from '#topology/topic-names.ts'

const words = (name: string): ReadonlySet<string> => enumSymbolsByTopic.get(name) ?? new Set()
const scored = (id: string, more: object): OutputEvent => ({ topic: topic.scoredSamples, event: { id, ...more } })
const rendered = (then: readonly OutputEvent[], now: readonly OutputEvent[]) => compareOutputs(then, now, words)

test('ids do not count: they follow from the version of a rule', () => {
  const { same, differences } = rendered([scored('a', { score: 1 })], [scored('b', { score: 1 })])
  expect([same, differences]).toEqual([[topic.scoredSamples], []])
})

test('a changed event names its fields, with values only where they are no text of a customer', () => {
  const was = {
    score: 0.5,
    source: 'gold',
    question: 'my PIN is 1234',
    trusted: false,
    plan: { tool: 'x', margin: null },
  }
  const is = { score: 1, source: 'production', question: 'my PIN', trusted: true, plan: { tool: 'y', margin: 0.5 } }
  expect(rendered([scored('a', was)], [scored('b', is)]).differences).toEqual([
    {
      topic: topic.scoredSamples,
      change: 'changed',
      id: 'a',
      fields: [
        { field: 'score', was: 0.5, is: 1 },
        { field: 'source', was: 'gold', is: 'production' },
        { field: 'question' },
        { field: 'trusted', was: false, is: true },
        { field: 'plan.tool' },
        { field: 'plan.margin', was: null, is: 0.5 },
      ],
    },
  ])
})

test('equal events are pairs wherever they stand; what is left is changed in order, then added or removed', () => {
  const [a, b, c, d] = [1, 2, 3, 4].map(score => scored(`s${score}`, { score }))
  if (!a || !b || !c || !d) throw new Error('four')
  expect(rendered([a, b, c], [c, a]).differences).toEqual([{ topic: topic.scoredSamples, change: 'removed', id: 's2' }])
  expect(rendered([a, b], [d, b, c]).differences).toEqual([
    { topic: topic.scoredSamples, change: 'changed', id: 's1', fields: [{ field: 'score', was: 1, is: 4 }] },
    { topic: topic.scoredSamples, change: 'added', id: 's3' },
  ])
})

const outputs = fc.array(
  fc.record({
    topic: fc.constantFrom(topic.scoredSamples, topic.releases),
    event: fc.record({ id: fc.string(), score: fc.integer({ max: 2, min: 0 }), text: fc.string({ maxLength: 1 }) }),
  }),
  { maxLength: 8 },
)

test('nothing differs from itself, in any order', () => {
  fc.assert(
    fc.property(
      outputs.chain(all => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
      ([then, now]) => {
        const { same, differences } = rendered(then, now)
        expect([same.length, differences]).toEqual([then.length, []])
      },
    ),
  )
})

test('every event of then and of now is counted once', () => {
  fc.assert(
    fc.property(outputs, outputs, (then, now) => {
      const { same, differences } = rendered(then, now)
      const of = (change: string): number => differences.filter(one => one.change === change).length
      expect(same.length + of('changed') + of('removed')).toBe(then.length)
      expect(same.length + of('changed') + of('added')).toBe(now.length)
      // A topic is left with what came or what went, never with both.
      for (const name of new Set(differences.map(one => one.topic)))
        expect(
          new Set(differences.flatMap(one => (one.topic === name && one.change !== 'changed' ? [one.change] : [])))
            .size,
        ).toBeLessThan(2)
    }),
  )
})

test('no text of an event is shown but the words of its schema', () => {
  const secret = fc.string({ minLength: 3 }).map(text => `§${text}`)
  fc.assert(
    fc.property(secret, secret, (was, is) => {
      const told = JSON.stringify(rendered([scored('a', { question: was })], [scored('b', { question: is })]))
      expect(told).not.toContain('§')
    }),
  )
})
