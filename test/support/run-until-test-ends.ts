import { onTestFinished } from 'vitest'
import type { Runtime } from '#runtime/host/open-runtime.ts'
import { type RunningServices, runInProcess } from '#services/_cli/run/start-services.ts'
import type { ServiceName } from '#topology/types.ts'

/** Runs services in this process until `end`, or the end of the test: they stop, then their runtime is closed. */
export async function runUntilTestEnds(runtime: Runtime, names: readonly ServiceName[]) {
  const stop = new AbortController()
  const { urlOf, done }: RunningServices = await runInProcess(runtime, names, stop.signal)
  let ended: Promise<void> | undefined
  const endAll = async (): Promise<void> => {
    stop.abort()
    await done
    await runtime.close()
  }
  const end = (): Promise<void> => {
    ended ??= endAll()
    return ended
  }
  onTestFinished(end)
  return { urlOf, end, signal: stop.signal }
}
