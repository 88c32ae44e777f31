import { expect, test } from 'vitest'
import { linear } from '#planners/linear/kind.ts'
import { tools } from './makers.ts'

test('the untuned planner has the descriptions of the catalogue and nothing else', () => {
  expect(linear.baseOf({ agent: 'desk', tools })).toEqual({
    kind: 'embedded',
    format: 1,
    agent: 'desk',
    tools,
    scale: 16,
    adapter: null,
    examples: null,
  })
})

test.each([
  ['without tools', [], 'agent desk has no tool to choose'],
  ['with a name that is there twice', [...tools, ...tools], 'two tools of agent desk have one name'],
])('a catalogue %s is not supported', (_what, catalogue, reason) => {
  expect(linear.baseOf({ agent: 'desk', tools: catalogue })).toEqual({ outcome: 'unsupported', reason })
})
