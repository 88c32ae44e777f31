import '../worker-hooks.ts'
import { setTimeout as sleep } from 'node:timers/promises'
import { startServices } from '#runtime/host/start-services.ts'
import { produce } from '../input.ts'
import { runWorker } from '../run-worker.ts'
import { countConsumed, countUnconsumed, createTopics, stages } from '../stages.ts'

export type EmbeddedWorkerOptions = {
  readonly seed: string
  readonly turns: number
  /** Turns that were accepted before this process started. */
  readonly from: number
}

/** Messages to the harness: turns accepted; records that the first stage has consumed, and that both have not. */
export type WorkerProgress = { readonly accepted: number } | { readonly done: number; readonly behind: number }

/** The producer waits while more records than this are not consumed. Some always are, so every fault hits work in progress. */
const maxUnconsumed = 1_000

/** Both stages and the producer in one process on the embedded log. */
await runWorker<EmbeddedWorkerOptions>(async (runtime, { seed, turns, from }, signal) => {
  const { log, codec } = runtime
  await createTopics(log)
  const { done } = await startServices(runtime, [stages.sampler, stages.judge], signal)
  const report = (progress: WorkerProgress): void => void process.send?.(progress)
  const reporting = async (): Promise<void> => {
    for (; !signal.aborted; await sleep(50))
      report({ done: await countConsumed(log), behind: await countUnconsumed(log) })
  }
  const production = {
    ...{ seed, turns, from },
    beforeBatch: async () => {
      while (!signal.aborted && (await countUnconsumed(log)) > maxUnconsumed) await sleep(5)
    },
    onAccepted: (accepted: number) => report({ accepted }),
  }
  await Promise.all([produce(log, codec, production, signal), reporting(), done])
})
