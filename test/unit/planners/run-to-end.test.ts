import { expect, test } from 'vitest'
import { runToEnd } from '#planners/run-to-end.ts'
import type { JobState, Trained, TrainingLane } from '#planners/training.ts'
import { trainingJob } from '#planners/training-job.ts'

const never = new AbortController().signal
const job = trainingJob({ basis: { agent: 'desk', tools: [] }, baseline: 'base', dataset: 'd', seed: 1 })
const result: Trained = {
  ...{ outcome: 'tuned', candidate: 'better', adapter: 'a', rank: 8, trainableParameters: 1, totalParameters: 2 },
  ...{ validationAccuracy: 1, trials: 1, lane: 'embedded' },
}

/** A lane that shows these states one after the other, and writes down what it is told. */
function laneShowing(...states: readonly JobState[]) {
  const told: string[] = []
  const left = [...states]
  const lane: TrainingLane = {
    submit: async () => void told.push('submit'),
    observe: async () => left.shift() ?? { state: 'running', progress: null },
    cancel: async () => void told.push('cancel'),
  }
  return { lane, told }
}

test('a job that the lane does not know is submitted and awaited', async () => {
  const { lane, told } = laneShowing(
    { state: 'unknown' },
    { state: 'running', progress: 0.5 },
    { state: 'succeeded', result },
  )
  expect(await runToEnd(lane, job, never)).toBe(result)
  expect(told).toEqual(['submit'])
})

test('a job that has run is not submitted again', async () => {
  const { lane, told } = laneShowing({ state: 'succeeded', result })
  expect(await runToEnd(lane, job, never)).toBe(result)
  expect(told).toEqual([])
})

test.each([
  [true, 'FLY_STORE'],
  [false, 'FLY_OBJECT'],
])('a failure that can be tried again (%o) is %s', async (retryable, code) => {
  const { lane } = laneShowing({ state: 'failed', reason: 'quota exceeded', retryable })
  await expect(runToEnd(lane, job, never)).rejects.toMatchObject({
    code,
    message: expect.stringContaining('quota exceeded'),
  })
})

test('an aborted signal cancels the job', async () => {
  const stop = new AbortController()
  const { lane, told } = laneShowing({ state: 'unknown' })
  const run = runToEnd(lane, job, stop.signal)
  stop.abort(new Error('stopped'))
  await expect(run).rejects.toThrow()
  expect(told).toEqual(['submit', 'cancel'])
})
