import { expect, test } from 'vitest'
import { questionOf, toLinearRows } from '#planners/linear/rows.ts'
import type { Message } from '#planners/plan.ts'

const message = (role: Message['role'], text: string): Message => ({ role, text, calls: [], callId: null })
const call = { id: null, tool: 'quote', arguments: 'gold' }
const step = (calls: readonly (typeof call)[]) => ({
  ...{ id: 'r', family: 'f', synthetic: true, calls },
  input: { messages: [message('user', 'price?'), message('assistant', 'of what?'), message('user', 'gold')] },
})

test('a step is the messages of the user: what others said is not read', () => {
  expect(questionOf(step([]).input)).toEqual({ question: 'gold', earlier: ['price?'] })
})

test('a step without a message of the user is a bug', () => {
  expect(() => questionOf({ messages: [message('assistant', 'hello')] })).toThrow('no message of a user')
})

test('a step with one call is learnt, steps with none or several are not', () => {
  expect(toLinearRows([step([]), step([call]), step([call, call])])).toEqual([
    {
      ...{ id: 'r', family: 'f', synthetic: true },
      ...{ question: 'gold', earlier: ['price?'], tool: 'quote', argument: 'gold' },
    },
  ])
})
