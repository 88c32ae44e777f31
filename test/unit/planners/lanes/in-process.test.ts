import { beforeEach, expect, test } from 'vitest'
import { createInProcessLane } from '#planners/lanes/in-process.ts'
import type { Trained, TrainingLane } from '#planners/training.ts'
import { trainingJob } from '#planners/training-job.ts'

const never = new AbortController().signal
const job = (dataset: string) =>
  trainingJob({ basis: { agent: 'desk', tools: [] }, baseline: 'base', dataset, seed: 1 })
const trained = (candidate: string): Trained => ({
  ...{ outcome: 'tuned', candidate, adapter: 'a', rank: 8, trainableParameters: 1, totalParameters: 2 },
  ...{ validationAccuracy: 1, trials: 1, lane: 'embedded' },
})

let lane: TrainingLane
let started: string[]
let running: PromiseWithResolvers<Trained>
let signals: AbortSignal[]

beforeEach(() => {
  started = []
  signals = []
  running = Promise.withResolvers()
  lane = createInProcessLane(({ dataset }, signal) => {
    started.push(dataset)
    signals.push(signal)
    return running.promise
  })
})
const settled = () => new Promise(setImmediate)

test('a job is unknown, then running, then succeeded', async () => {
  expect(await lane.observe(job('d'), never)).toEqual({ state: 'unknown' })
  await lane.submit(job('d'), never)
  expect(await lane.observe(job('d'), never)).toEqual({ state: 'running', progress: null })
  running.resolve(trained('better'))
  await settled()
  expect(await lane.observe(job('d'), never)).toEqual({ state: 'succeeded', result: trained('better') })
})

test('a job that is submitted again, running or succeeded, is not started again', async () => {
  await lane.submit(job('d'), never)
  await lane.submit(job('d'), never)
  running.resolve(trained('better'))
  await settled()
  await lane.submit(job('d'), never)
  expect(started).toEqual(['d'])
})

test('an error is thrown to who observes next, and the job can be submitted again', async () => {
  await lane.submit(job('d'), never)
  running.reject(new Error('no memory'))
  await settled()
  await expect(lane.observe(job('d'), never)).rejects.toThrow('no memory')
  expect(await lane.observe(job('d'), never)).toEqual({ state: 'unknown' })
  await lane.submit(job('d'), never)
  expect(started).toEqual(['d', 'd'])
})

test('a job that is cancelled is aborted and forgotten, whatever becomes of it', async () => {
  await lane.submit(job('d'), never)
  await lane.cancel(job('d'))
  expect(signals.map(({ aborted }) => aborted)).toEqual([true])
  running.reject(new Error('aborted'))
  await settled()
  expect(await lane.observe(job('d'), never)).toEqual({ state: 'unknown' })
})

test('results of a hundred jobs are remembered, the oldest is forgotten first', async () => {
  running.resolve(trained('better'))
  for (let n = 0; n <= 100; n++) {
    await lane.submit(job(`d${n}`), never)
    await settled()
  }
  expect(await lane.observe(job('d0'), never)).toEqual({ state: 'unknown' })
  expect(await lane.observe(job('d1'), never)).toMatchObject({ state: 'succeeded' })
})
