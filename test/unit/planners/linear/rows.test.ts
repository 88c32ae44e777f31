import { expect, test } from 'vitest'
import { questionOf, toLinearRows } from '#planners/linear/rows.ts'
import type { Call, Message } from '#schemas/events.ts'
import { call, userMessage } from '#test/support/data/turns.ts'

const said = (text: string): Message => ({ ...userMessage(text), role: 'assistant' })
const quote = call('quote', 'gold')
const step = (calls: readonly Call[]) => ({
  ...{ id: 'r', family: 'f', synthetic: true, calls },
  input: { messages: [userMessage('price?'), said('of what?'), userMessage('gold')] },
})

test('a step is the messages of the user: what others said is not read', () => {
  expect(questionOf(step([]).input)).toEqual({ question: 'gold', earlier: ['price?'] })
})

test('a step without a message of the user is a bug', () => {
  expect(() => questionOf({ messages: [said('hello')] })).toThrow('no message of a user')
})

test('a step with one call is learnt, steps with none or several are not', () => {
  expect(toLinearRows([step([]), step([quote]), step([quote, quote])])).toEqual([
    {
      ...{ id: 'r', family: 'f', synthetic: true },
      ...{ question: 'gold', earlier: ['price?'], tool: 'quote', argument: 'gold' },
    },
  ])
})
