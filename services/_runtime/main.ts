import { readSettings } from './config.ts'
import { Fault } from './faults.ts'
import { openWorld } from './open.ts'
import { run } from './run.ts'
import type { AnyService } from './service.ts'
import { verifyTopics } from './topics.ts'

/** The process of one service: settings from the environment, until SIGTERM or SIGINT. Exit code 1 with one line when it cannot go on. */
export async function runService(service: AnyService): Promise<void> {
  const stop = new AbortController()
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => stop.abort())
  try {
    const world = await openWorld(readSettings(process.env))
    try {
      await verifyTopics(world.log)
      await (await run(world, [service], stop.signal)).done
    } finally {
      await world.close()
    }
  } catch (error) {
    process.exitCode = 1
    process.stderr.write(`${describe(error)}\n`)
  }
}

/** One line for a person: code, what is wrong, what to do. Bugs bring their stack. */
export function describe(error: unknown): string {
  if (error instanceof Fault && error.code !== 'FLY_BUG') return `${error.code}: ${error.message}`
  return error instanceof Error
    ? `FLY_BUG: ${error.stack ?? error.message}${error.cause ? `\ncaused by ${describe(error.cause)}` : ''}`
    : String(error)
}
