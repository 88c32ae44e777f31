import { expect, test } from 'vitest'
import type { DatasetRow } from '#schemas/objects.ts'
import { dataCard } from '#services/_cli/datasets/card.ts'
import { countStrata } from '#services/_cli/datasets/strata.ts'
import type { DatasetVersion } from '#services/_cli/datasets/versions.ts'
import { call, userMessage } from '#test/support/data/turns.ts'

const row = (calls: DatasetRow['calls'], ...asked: readonly string[]): DatasetRow => ({
  ...{ id: 'r', family: 'f', messages: asked.map(userMessage), calls, synthetic: false, inclusionProbability: 1 },
})
const rows = [row([], 'Hello'), row([call('a|<b>'), call('c')], 'Where is it?', ' where IS it?')]
const version: DatasetVersion = {
  outcome: 'curated',
  ...{ id: 'd', parents: [], at: 0, agent: 'desk', reasons: ['enough'], version: 3, gold: 9 },
  ...{ trainingRows: 2, syntheticRows: 0, evaluationRows: 0, families: 0, refusedLeaks: 0 },
  ...{ dataset: 'd1', evaluation: 'e1' },
}

test('rows are counted by first tool, turns, calls and repeated questions', () => {
  expect(countStrata(rows)).toEqual({
    'first tool': { '(none)': 1, 'a|<b>': 1 },
    turns: { 1: 1, 2: 1 },
    calls: { 0: 1, 2: 1 },
    'asked before': { no: 1, yes: 1 },
  })
})

test('a data card has the sections of Hugging Face, and text from outside makes no markup', () => {
  const card = dataCard(version, { training: countStrata(rows), evaluation: countStrata([]) })
  expect(card.match(/^## .*$/gm)).toEqual([
    ...['## Dataset Details', '## Uses', '## Dataset Structure', '## Dataset Creation'],
    '## Bias, Risks, and Limitations',
  ])
  expect(card).toContain('| a\\|\\<b\\> | 1 |')
})
