import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { pause } from '#runtime/core/abort.ts'
import { type BackoffLimits, backoffMs } from '#runtime/core/backoff.ts'
import { Fault } from '#runtime/core/faults.ts'
import { followStderr } from './stderr-tail.ts'

/** A process to run. `start` starts it with a pipe for its stderr. */
export type SupervisedProcess = { readonly name: string; readonly start: () => ChildProcess }

/** A process that ended by itself, with the last lines of its stderr, as the log tells it. */
export type ProcessEnd = {
  readonly name: string
  readonly pid: number | undefined
  readonly ended: string
  readonly lastLines: readonly string[]
}

export type SupervisionRules = {
  /** Asked when a process has ended by itself: whether it may be started again. Otherwise all are stopped. */
  readonly mayRestart: () => boolean
  readonly onRestart: (end: ProcessEnd, inMs: number) => void
  readonly restarts?: RestartLimits
}

/** A process that ends more than `most` times within `withinMs` is not started again. Times are in milliseconds. */
export type RestartLimits = { readonly most: number; readonly withinMs: number; readonly backoff: BackoffLimits }

const defaultRestarts: RestartLimits = { most: 5, withinMs: 600_000, backoff: { firstMs: 1_000, maxMs: 30_000 } }

/** After the end of a process its last lines are waited for this long, in ms: a process that it started may hold its stderr open. */
const lastLinesMs = 1_000

/**
 * Runs processes until the signal is aborted, and then stops all with SIGTERM and waits for their end. One that ends by itself is
 * started again after a growing delay, or all are stopped. FLY_EXIT names the first that ended and was not started again, or, when
 * all were told to stop, the first that did not end as told.
 */
export async function superviseProcesses(
  processes: readonly SupervisedProcess[],
  { mayRestart, onRestart, restarts = defaultRestarts }: SupervisionRules,
  signal: AbortSignal,
): Promise<void> {
  const stopping = new AbortController()
  const until = AbortSignal.any([signal, stopping.signal])
  let failure: Fault | undefined

  const run = async ({ name, start }: SupervisedProcess): Promise<void> => {
    const endTimes: number[] = []
    while (!until.aborted) {
      const child = start()
      const tail = child.stderr ? followStderr(child.stderr, process.stderr) : undefined
      const stop = (): void => void child.kill('SIGTERM')
      until.addEventListener('abort', stop)
      const { ended, isClean } = await endOf(child)
      until.removeEventListener('abort', stop)
      if (until.aborted && (isClean || !signal.aborted)) return
      // From here to `stopping` nothing waits: of several that end, the first is named.
      const now = performance.now()
      endTimes.push(now)
      const recent = endTimes.filter(time => now - time < restarts.withinMs).length
      const isRestarted = !until.aborted && mayRestart() && recent <= restarts.most
      const isFirst = !stopping.signal.aborted
      if (!isRestarted) stopping.abort()
      await Promise.race([tail?.ended, sleep(lastLinesMs, undefined, { ref: false })])
      const end = { name, pid: child.pid, ended, lastLines: tail?.lines() ?? [] }
      if (isRestarted) {
        const delayMs = backoffMs(recent - 1, restarts.backoff)
        onRestart(end, Math.round(delayMs))
        await pause(delayMs, until)
      } else if (isFirst) failure = endFault(end, recent - 1)
    }
  }
  await Promise.all(processes.map(run))
  if (failure) throw failure
}

/** How a process ended: by which signal, or with which code. It is clean when it obeyed SIGTERM. */
async function endOf(child: ChildProcess): Promise<{ readonly ended: string; readonly isClean: boolean }> {
  try {
    const [code, by] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null]
    return { ended: by ?? `code ${code}`, isClean: code === 0 || by === 'SIGTERM' }
  } catch (error) {
    return { ended: `an error: ${error instanceof Error ? error.message : error}`, isClean: false }
  }
}

function endFault({ name, pid, ended, lastLines }: ProcessEnd, restarts: number): Fault {
  const again = restarts > 0 ? `, after it was started again ${restarts} times` : ''
  const lines =
    lastLines.length > 0 ? `its last lines:\n${lastLines.map(line => `  ${line}`).join('\n')}` : 'it wrote no lines'
  return new Fault('FLY_EXIT', `${name} (process ${pid}) ended with ${ended}${again}, and all were stopped; ${lines}`, {
    service: name,
    pid,
    ended,
  })
}
