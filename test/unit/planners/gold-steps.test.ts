import { expect, test } from 'vitest'
import { goldStep } from '#planners/gold-steps.ts'
import { call, userMessage } from '#test/support/data/turns.ts'

test('a row of a dataset is a step whose input is all messages before it', () => {
  const messages = [userMessage('price of gold'), userMessage('and today?')]
  const calls = [call('quote', 'gold')]
  const row = { id: 'r', family: 'f', messages, calls, synthetic: false, inclusionProbability: 0.5 }
  expect(goldStep(row)).toEqual({ id: 'r', family: 'f', synthetic: false, input: { messages }, calls })
})
