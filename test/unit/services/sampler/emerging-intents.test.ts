import { expect, test } from 'vitest'
import { mulberry32 } from '#statistics/random.ts'
import { topic } from '#topology/topic-names.ts'
import { type Arrival, emitted, turn } from './stream.ts'

const words = 'card fee refund address limit branch loan rate wire salary branch login pin atm'.split(' ')

/** Turns whose clocks differ: of two of them, either may be the later one. */
const timeOf = (id: string): number => 10_000 + 1_000 * (Number(id.slice(1)) % 7)

/** Turns that the tools fit, and from turn `from` on, a twentieth about something that none does. */
function stream(turns: number, from: number, margin = 0.9): readonly Arrival[] {
  const random = mulberry32(5)
  const word = (): string => words[Math.floor(random() * words.length)] ?? ''
  return Array.from({ length: turns }, (_none, at) => {
    const isNew = at >= from && random() < 0.05
    const question = isNew ? `how do I stake my ether ${word()}` : `${word()} ${word()} ${word()} ${word()}`
    return turn(`t${at}`, { at: timeOf(`t${at}`), question, tool: word(), margin: isNew ? 0.1 : margin })
  })
}

const emerged = (arrivals: readonly Arrival[]) =>
  emitted(arrivals).flatMap(out => (out.topic === topic.emergingIntents ? [out] : []))

test('what customers begin to ask and no tool fits is told once, with examples', () => {
  const told = emerged(stream(4000, 2200))
  expect(told).toHaveLength(1)
  const [first] = told
  expect(first?.event).toMatchObject({ agent: 'desk', question: expect.stringContaining('stake my ether'), before: 0 })
  expect(first?.event.recent).toBeGreaterThanOrEqual(12)
  expect(first?.event.examples.every(({ question }) => question.includes('stake my ether'))).toBe(true)
  expect(first?.parents).toEqual(first?.event.examples.map(({ turnId }) => turnId))
  expect(first?.notBefore).toBe(Math.max(...(first?.parents ?? []).map(timeOf)))
}, 60_000)

test('neither a steady intent nor one that a tool fits is told, however unsure the planner is of all', () => {
  expect(emerged(stream(3500, 0))).toEqual([])
  expect(emerged(stream(3500, 3500, 0.2))).toEqual([])
}, 60_000)
