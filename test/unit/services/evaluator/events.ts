import type { PromptTuned } from '#schemas/events.ts'
import type { DatasetRow, EvaluationSet } from '#schemas/objects.ts'
import { call, userMessage } from '#test/support/data/turns.ts'

/** A row that asks `name` after one earlier message, with this gold tool. */
export const evaluationRow = (name: string, tool: string): DatasetRow => ({
  id: `row-${name}`,
  family: `family-${name}`,
  messages: [userMessage('before'), userMessage(`ask ${name}`)],
  calls: [call(tool)],
  synthetic: false,
  inclusionProbability: 1,
})

export const evaluationSet = (rows: readonly DatasetRow[]): EvaluationSet => ({ format: 2, agent: 'desk', rows })

export const promptTuned = (changes: Partial<PromptTuned> = {}): PromptTuned => ({
  id: 'tuned',
  parents: [],
  at: 1,
  agent: 'desk',
  requestId: 'request',
  datasetVersion: 3,
  evaluation: 'evaluation',
  baseline: 'base',
  candidate: 'better',
  searchScore: 1,
  heldScore: 1,
  mutantsTried: 1,
  seconds: 1,
  ...changes,
})
