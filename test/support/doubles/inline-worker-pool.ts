import type { WorkerPool } from '#runtime/core/worker-pool.ts'

/** Runs tasks at once in this thread, on copies of their arguments as a worker thread would get them. */
export const inlineWorkerPool: WorkerPool = {
  run: async (module, name, args) => (await import(module.href))[name](...structuredClone(args)),
  close: async () => {},
}
