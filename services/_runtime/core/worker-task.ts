/**
 * A pure function that a worker thread can run. The module that exports the function exports its task beside it:
 * `export const tuneLoraTask = workerTask(import.meta.url, tuneLora)`, so who runs the task imports it as anything else.
 */
export type WorkerTask<F extends (...args: never[]) => unknown> = {
  /** URL of the module that exports the function. */
  readonly module: string
  /** Its name there. */
  readonly name: string
  readonly run: F
}

export function workerTask<F extends (...args: never[]) => unknown>(module: string, run: F): WorkerTask<F> {
  return { module, name: run.name, run }
}
