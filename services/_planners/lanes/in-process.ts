import type { JobState, Trained, TrainingLane, TrainingSpec } from '../training.ts'

/** Ended jobs whose results are remembered; one that was forgotten is run again and comes to the same. */
const MAX_ENDED = 100

type Running = { readonly stop: AbortController }
type Ended = { readonly result: Trained } | { readonly error: unknown }

/**
 * Runs jobs in this process, each once. It keeps no record of them outside: after a crash a job is unknown and is submitted again.
 * A job that a Fault ended rejects the next `observe` with it, and is then unknown.
 */
export function createInProcessLane(
  train: (spec: TrainingSpec, signal: AbortSignal) => Promise<Trained>,
): TrainingLane {
  const running = new Map<string, Running>()
  const ended = new Map<string, Ended>()

  const end = (id: string, job: Running, how: Ended): void => {
    if (running.get(id) !== job) return
    running.delete(id)
    ended.set(id, how)
    for (const oldest of ended.keys()) if (ended.size > MAX_ENDED) ended.delete(oldest)
  }

  return {
    async submit({ id, spec }) {
      if (running.has(id) || ended.has(id)) return
      const job = { stop: new AbortController() }
      running.set(id, job)
      train(spec, job.stop.signal).then(
        result => end(id, job, { result }),
        error => end(id, job, { error }),
      )
    },
    async observe({ id }): Promise<JobState> {
      if (running.has(id)) return { state: 'running', progress: null }
      const how = ended.get(id)
      if (how === undefined) return { state: 'unknown' }
      if ('result' in how) return { state: 'succeeded', result: how.result }
      ended.delete(id)
      throw how.error
    },
    async cancel({ id }) {
      running.get(id)?.stop.abort()
      running.delete(id)
    },
  }
}
