import { fileURLToPath } from 'node:url'
import { Piscina } from 'piscina'

/** Runs pure functions away from the event loop, which has partitions to keep and requests to answer. */
export interface WorkerPool {
  /**
   * Calls the function that `module` exports as `name`, in a worker thread. Arguments and result are copied (structured
   * clone), so they are plain data. An aborted signal stops the thread; what the function throws is thrown here.
   */
  run<F extends (...args: never[]) => unknown>(
    module: URL,
    name: string,
    args: Parameters<F>,
    signal: AbortSignal,
  ): Promise<Awaited<ReturnType<F>>>
  /** Waits for nothing: work in hand is given up. */
  close(): Promise<void>
}

/** Idle threads end by themselves after this time, so that a process without work holds none. */
const idleMilliseconds = 10_000

export function createWorkerPool(threads = 2): WorkerPool {
  // This file is its own worker: a thread that loads it finds `work` below.
  const filename = fileURLToPath(import.meta.url)
  const pool = new Piscina({
    filename,
    name: runTask.name,
    minThreads: 0,
    maxThreads: threads,
    idleTimeout: idleMilliseconds,
  })
  return {
    run: (module, name, args, signal) => pool.run({ module: module.href, name, args }, { signal }),
    close: () => pool.destroy(),
  }
}

/** What a thread does with one task. */
export async function runTask({
  module,
  name,
  args,
}: {
  module: string
  name: string
  args: unknown[]
}): Promise<unknown> {
  const found: Record<string, unknown> = await import(module)
  const run = found[name]
  if (typeof run !== 'function') throw new TypeError(`${module} exports no function ${name}`)
  return run(...args)
}
