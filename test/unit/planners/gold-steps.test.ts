import { expect, test } from 'vitest'
import { firstCall, goldStep } from '#planners/gold-steps.ts'
import type { Call } from '#planners/plan.ts'

const row = {
  ...{ id: 'r', family: 'f', question: 'and today?', earlier: ['price of gold'] },
  ...{ tool: 'quote', argument: 'gold', synthetic: false, inclusionProbability: 0.5 },
}

test('a row of a dataset is a step whose input is the messages of the user, oldest first', () => {
  const message = (text: string) => ({ role: 'user', text, calls: [], callId: null })
  expect(goldStep(row)).toEqual({
    id: 'r',
    family: 'f',
    synthetic: false,
    input: { messages: [message('price of gold'), message('and today?')] },
    calls: [{ id: null, tool: 'quote', arguments: 'gold' }],
  })
})

const plan = (calls: readonly Call[]) => ({
  calls,
  text: null,
  confidence: null,
  margin: null,
  ranking: null,
  exampleIds: [],
})

test('events have room for the first call; a plan without calls is (none)', () => {
  const calls = [
    { id: '1', tool: 'quote', arguments: '{"symbol":"AAPL"}' },
    { id: '2', tool: 'fees', arguments: '{}' },
  ]
  expect(firstCall(plan(calls))).toEqual({ tool: 'quote', argument: '{"symbol":"AAPL"}' })
  expect(firstCall(plan([]))).toEqual({ tool: '(none)', argument: '' })
})
