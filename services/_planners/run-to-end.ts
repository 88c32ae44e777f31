import { setTimeout } from 'node:timers/promises'
import { Fault } from '#runtime/core/faults.ts'
import type { Trained, TrainingJob, TrainingLane } from './training.ts'

const POLL_MS = 50

/** Submits a job where the lane does not know it and waits for its end. An aborted signal cancels the job. */
export async function runToEnd(lane: TrainingLane, job: TrainingJob, signal: AbortSignal): Promise<Trained> {
  try {
    for (;;) {
      const seen = await lane.observe(job, signal)
      if (seen.state === 'succeeded') return seen.result
      if (seen.state === 'failed') throw jobFault(job, seen)
      if (seen.state === 'unknown') await lane.submit(job, signal)
      await setTimeout(POLL_MS, undefined, { signal })
    }
  } catch (error) {
    if (signal.aborted) await lane.cancel(job)
    throw error
  }
}

/** What can be tried again is like a store that is away; what cannot is like a request that names the wrong objects. */
function jobFault({ id }: TrainingJob, { reason, retryable }: { reason: string; retryable: boolean }): Fault {
  return new Fault(retryable ? 'FLY_STORE' : 'FLY_OBJECT', `training job ${id} failed: ${reason}`, { job: id })
}
