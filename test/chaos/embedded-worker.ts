import './hooks.ts'
import { setTimeout as sleep } from 'node:timers/promises'
import { readSettings } from '#runtime/config/config.ts'
import { describe } from '#runtime/host/main.ts'
import { openWorld } from '#runtime/host/open.ts'
import { run } from '#runtime/host/run.ts'
import { produce } from './input.ts'
import { stages } from './rules.ts'
import { consumed, createTopics, left } from './stream.ts'

export type EmbeddedOptions = {
  readonly seed: string
  readonly turns: number
  /** How many turns were accepted in earlier lives. */
  readonly from: number
}

/** What it tells the harness, each as it changes: turns accepted; records that the first stage consumed, and that wait in both. */
export type Progress = { readonly accepted: number } | { readonly done: number; readonly behind: number }

/** Both stages and the producer in one process on the embedded log, until SIGTERM. Argument: the options as JSON. */
const { seed, turns, from }: EmbeddedOptions = JSON.parse(process.argv[2] ?? '{}')
const stopping = new AbortController()
process.once('SIGTERM', () => stopping.abort())
try {
  const world = await openWorld(readSettings(process.env))
  const { log, codec } = world
  try {
    await createTopics(log)
    const { done } = await run(world, [stages.sampler, stages.judge], stopping.signal)
    const tell = (progress: Progress): void => void process.send?.(progress)
    const telling = async (): Promise<void> => {
      for (; !stopping.signal.aborted; await sleep(50)) tell({ done: await consumed(log), behind: await left(log) })
    }
    const production = {
      ...{ seed, turns, from },
      paced: async () => {
        // A few batches wait: so whatever happens hits work in flight.
        while (!stopping.signal.aborted && (await left(log)) > 1_000) await sleep(5)
      },
      accepted: (accepted: number) => tell({ accepted }),
    }
    await Promise.all([produce(log, codec, production, stopping.signal), telling(), done])
  } finally {
    await world.close()
  }
} catch (error) {
  process.exitCode = 1
  process.stderr.write(`${describe(error)}\n`)
}
process.removeAllListeners('disconnect')
if (process.connected) process.disconnect()
