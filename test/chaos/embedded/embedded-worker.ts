import '../worker-hooks.ts'
import { setTimeout as sleep } from 'node:timers/promises'
import { readSettings } from '#runtime/config/config.ts'
import { describeError } from '#runtime/host/main.ts'
import { openRuntime } from '#runtime/host/open-runtime.ts'
import { startServices } from '#runtime/host/start-services.ts'
import { produce } from '../input.ts'
import { countConsumed, countUnconsumed, createTopics } from '../stage-topics.ts'
import { stages } from '../stages.ts'

export type EmbeddedWorkerOptions = {
  readonly seed: string
  readonly turns: number
  /** How many turns were accepted in earlier lives. */
  readonly from: number
}

/** What it tells the harness, each as it changes: turns accepted; records that the first stage consumed, and that wait in both. */
export type WorkerProgress = { readonly accepted: number } | { readonly done: number; readonly behind: number }

/** Both stages and the producer in one process on the embedded log, until SIGTERM. Argument: the options as JSON. */
const { seed, turns, from }: EmbeddedWorkerOptions = JSON.parse(process.argv[2] ?? '{}')
const stopping = new AbortController()
process.once('SIGTERM', () => stopping.abort())
try {
  const world = await openRuntime(readSettings(process.env))
  const { log, codec } = world
  try {
    await createTopics(log)
    const { done } = await startServices(world, [stages.sampler, stages.judge], stopping.signal)
    const tell = (progress: WorkerProgress): void => void process.send?.(progress)
    const telling = async (): Promise<void> => {
      for (; !stopping.signal.aborted; await sleep(50))
        tell({ done: await countConsumed(log), behind: await countUnconsumed(log) })
    }
    const production = {
      ...{ seed, turns, from },
      beforeBatch: async () => {
        // A few batches wait: so whatever happens hits work in flight.
        while (!stopping.signal.aborted && (await countUnconsumed(log)) > 1_000) await sleep(5)
      },
      onAccepted: (accepted: number) => tell({ accepted }),
    }
    await Promise.all([produce(log, codec, production, stopping.signal), telling(), done])
  } finally {
    await world.close()
  }
} catch (error) {
  process.exitCode = 1
  process.stderr.write(`${describeError(error)}\n`)
}
process.removeAllListeners('disconnect')
if (process.connected) process.disconnect()
