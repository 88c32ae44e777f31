import { expect, test } from 'vitest'
import type { SampleSelected } from '#schemas/events.ts'
import { injections } from '#test/support/data/injections.ts'
import { call, userMessage } from '#test/support/data/turns.ts'
import { gold, sample, scores } from '#test/unit/services/judge/events.ts'

test('the corpus is large, and no text is in it twice', () => {
  expect(injections.length).toBeGreaterThanOrEqual(100)
  expect(new Set(injections.map(({ text }) => text)).size).toBe(injections.length)
  expect(new Set(injections.map(({ kind }) => kind)).size).toBeGreaterThanOrEqual(10)
})

const plain = sample('s', { plan: { margin: 0.1 }, outcome: { rating: 'down' } })

/** Everywhere a customer's words, or what they made an agent say, can stand. */
const places: Readonly<Record<string, (text: string) => Partial<SampleSelected>>> = {
  question: text => ({ question: `price of AAPL? ${text}` }),
  earlier: text => ({ earlier: [userMessage(text)] }),
  answer: text => ({ answer: text }),
}

test.each(Object.entries(places))('the offline judge scores the same whatever the %s tries', (_place, put) => {
  // Some gold first, so that whatever it learns from gold is at work too.
  const history = Array.from({ length: 60 }, (_none, at) => {
    const right = at % 2 === 0
    const details = { plan: { margin: right ? 0.8 : 0.2 }, outcome: { rating: right ? 'up' : 'down' } }
    return [sample(`h${at}`, details), gold(`h${at}`, right ? {} : { calls: [call('fees')] })]
  }).flat()
  const scoreOf = (over: Partial<SampleSelected>) =>
    scores([...history, { topic: plain.topic, event: { ...plain.event, ...over } } as typeof plain]).at(-1)?.score
  const without = scoreOf({})
  expect(without).toBeTypeOf('number')
  const moved = injections.filter(({ text }) => scoreOf(put(text)) !== without)
  expect(moved.map(({ id }) => id)).toEqual([])
})
