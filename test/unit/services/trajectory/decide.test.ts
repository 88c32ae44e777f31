import { test } from 'vitest'
import { decide } from '#services/trajectory/decide.ts'
import { tuningRequest } from '#test/support/data/tuning.ts'
import { given } from '#test/support/given.ts'
import { topic } from '#topology/topic-names.ts'

const record = { topic: topic.tuningRequests, event: tuningRequest('trajectory') } as const

test('what a proof found is stated with what it was asked for', () => {
  const facts = { candidate: 'better', examples: 'set', admitted: 5, unaided: 3, refused: 1, seconds: 3 }
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
