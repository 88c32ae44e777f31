import { fileURLToPath } from 'node:url'
import { Piscina } from 'piscina'
import type { WorkerTask } from './worker-task.ts'

/** Runs pure functions in worker threads, so that they do not block the event loop. */
export interface WorkerPool {
  /**
   * Runs the task in a worker thread. Arguments and result are copied (structured clone), so they are plain data. An aborted
   * signal stops the thread. An error of the function is thrown here.
   */
  run<F extends (...args: never[]) => unknown>(
    task: WorkerTask<F>,
    args: Parameters<F>,
    signal: AbortSignal,
  ): Promise<Awaited<ReturnType<F>>>
  /** Stops all threads at once, also those with unfinished tasks. */
  close(): Promise<void>
}

/** Idle threads end after this time, so that a process without work has none. */
const idleMilliseconds = 10_000

export function createWorkerPool(threads = 2): WorkerPool {
  // The worker threads load this file too, and call `runTask`.
  const filename = fileURLToPath(import.meta.url)
  const pool = new Piscina({
    filename,
    name: runTask.name,
    minThreads: 0,
    maxThreads: threads,
    idleTimeout: idleMilliseconds,
  })
  return {
    run: ({ module, name }, args, signal) => pool.run({ module, name, args }, { signal }),
    close: () => pool.destroy(),
  }
}

/** Runs one task. Called in a worker thread. */
export async function runTask({
  module,
  name,
  args,
}: {
  module: string
  name: string
  args: unknown[]
}): Promise<unknown> {
  const exported: Record<string, unknown> = await import(module)
  const run = exported[name]
  if (typeof run !== 'function') throw new TypeError(`${module} exports no function ${name}`)
  return run(...args)
}
