import { expect, test } from 'vitest'
import type { DatasetRow } from '#schemas/objects.ts'
import { diffRows } from '#services/_cli/datasets/diff-rows.ts'
import { call, userMessage } from '#test/support/data/turns.ts'

const row = (id: string, tool: string, text = 'Hello'): DatasetRow => ({
  ...{ id, family: id, messages: [userMessage(text)], calls: [call(tool)], synthetic: false, inclusionProbability: 1 },
})

test('rows are added, removed or changed by their id, and counted by tool', () => {
  const before = [row('same', 'fees'), row('gone', 'quote'), row('moved', 'fees'), row('reworded', 'fees')]
  const after = [row('same', 'fees'), row('new', 'fees'), row('moved', 'quote'), row('reworded', 'fees', 'Hi')]
  expect([...diffRows(before, after)]).toEqual([
    ['fees', { added: 1, removed: 0, changed: 1 }],
    ['quote', { added: 0, removed: 1, changed: 1 }],
  ])
})
