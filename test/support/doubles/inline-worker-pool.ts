import type { WorkerPool } from '#runtime/core/worker-pool.ts'

/** Runs tasks at once in this thread, on copies of their arguments as a worker thread would get them. */
export const inlineWorkerPool: WorkerPool = {
  run: async (task, args) => (await task.run(...structuredClone(args))) as never,
  close: async () => {},
}
