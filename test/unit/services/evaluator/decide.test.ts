import { expect, test } from 'vitest'
import { canonicalJson, digest } from '#runtime/core/identity.ts'
import { decide } from '#services/evaluator/decide.ts'
import type { PairedRun } from '#services/evaluator/paired-run.ts'
import { given } from '#test/support/given.ts'
import { topic } from '#topology/topic-names.ts'
import { promptTuned } from './events.ts'

const row = (id: string, tool: string, candidateTool: string, baselineTool: string) => ({
  ...{ id, tool, candidateTool, baselineTool },
  inclusionProbability: 1,
  logged: null,
})
const run: PairedRun = {
  results: {
    format: 2,
    candidate: 'better',
    baseline: 'base',
    rows: [
      row('a', 'quote', 'quote', 'quote'),
      row('b', 'quote', 'quote', 'quote'),
      row('c', 'fees', 'fees', 'quote'),
      row('d', 'fees', 'other', 'quote'),
    ],
  },
  candidateLatencyMs: 2,
  baselineLatencyMs: 3,
}

test('states what both planners did on the same rows, and stores the pairs under the digest in the event', () => {
  const stated = given(decide).when({ topic: topic.tunedPrompts, event: promptTuned() }, run)
  expect(stated.objects.map(String)).toEqual([canonicalJson(run.results)])
  stated.then([
    {
      requestId: 'request',
      datasetVersion: 3,
      rung: 'prompt',
      rows: 4,
      candidateAccuracy: 0.75,
      baselineAccuracy: 0.5,
      candidateMacroF1: (1 + 2 / 3) / 2,
      gained: 1,
      lost: 0,
      candidateLatencyMs: 2,
      baselineLatencyMs: 3,
      strata: [
        { name: 'fees', rows: 2, gained: 1, lost: 0 },
        { name: 'quote', rows: 2, gained: 0, lost: 0 },
      ],
      servedEffectiveRows: 0,
      production: null,
      results: digest(canonicalJson(run.results)),
    },
  ])
})

const tuned = promptTuned()
const trained = {
  ...tuned,
  ...{ adapter: 'a', rank: 8, trainableParameters: 1, totalParameters: 2 },
  ...{ validationAccuracy: 1, tries: 1, lane: 'embedded' },
}
const proven = { ...tuned, examples: 'x', admitted: 1, unaided: 1, refused: 1 }

test.each([
  [{ topic: topic.tunedPrompts, event: tuned }, 'prompt'],
  [{ topic: topic.goldenTrajectories, event: proven }, 'trajectory'],
  [{ topic: topic.trainedModels, event: trained }, 'lora'],
] as const)('the topic says which rung made the candidate: %#', (record, rung) => {
  given(decide).when(record, run).then([{ rung }])
})
