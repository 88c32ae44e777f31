import { test } from 'vitest'
import { decide } from '#services/trainer/decide.ts'
import { tuningRequest } from '#test/support/data/tuning.ts'
import { given } from '#test/support/given.ts'
import { topic } from '#topology/topic-names.ts'

const record = { topic: topic.tuningRequests, event: tuningRequest('lora') } as const

test('what a job trained is stated with what it was asked for', () => {
  const parameters = { rank: 8, trainableParameters: 10, totalParameters: 20 }
  const facts = {
    ...{ candidate: 'better', adapter: 'lora', ...parameters },
    ...{ validationAccuracy: 0.9, tries: 3, lane: 'embedded', seconds: 3 },
  }
  given(decide)
    .when(record, facts)
    .then([
      {
        agent: 'desk',
        requestId: 'request-1',
        datasetVersion: 4,
        evaluation: 'evaluation',
        baseline: 'baseline',
        ...facts,
      },
    ])
})

test('a request for another rung leads to nothing', () => {
  given(decide).when(record, undefined).then([], [])
})
