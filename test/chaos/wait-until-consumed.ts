import { setTimeout as sleep } from 'node:timers/promises'
import type { EventLog } from '#runtime/log/event-log.ts'
import type { ViolationCounts } from './compare-outputs.ts'
import type { PrintProgress } from './report.ts'
import type { FaultSchedule } from './schedule.ts'
import { countConsumed, countUnconsumed } from './stages.ts'

/** Without progress for this time the run has failed; without fencing it is over. */
const stallTimeoutMs = { fenced: 120_000, unfenced: 10_000 } as const
/** An open transaction whose owner was killed hides later records until the brokers abort it. */
const openTransactionMs = 90_000

/**
 * Waits until all input is accepted, all faults are over and both stages have no lag; meanwhile it advances the schedule. Without
 * fencing a zombie may set positions back, so that a lag remains for ever: then the end is a stall.
 */
export async function waitUntilConsumed(
  log: EventLog,
  records: number,
  schedule: FaultSchedule,
  produced: () => boolean,
  fence: keyof typeof stallTimeoutMs,
  print: PrintProgress,
): Promise<void> {
  let before = { done: 0, behind: 0, since: performance.now() }
  for (let polls = 0; ; polls++) {
    await sleep(50)
    // While the brokers do not answer, the last values count.
    const done = await countConsumed(log).catch(() => before.done)
    schedule.advance(Math.min(1, done / records))
    const over = schedule.isFinished() && produced()
    // The lag costs the brokers much more than the positions.
    const behind = over || polls % 100 === 0 ? await countUnconsumed(log).catch(() => before.behind) : before.behind
    if (over && behind === 0) return
    if (polls % 100 === 0) print(`${((100 * done) / records).toFixed(0).padStart(3)} %  ${behind} records not consumed`)
    const now = performance.now()
    if (done !== before.done || behind !== before.behind) before = { done, behind, since: now }
    if (now - before.since < stallTimeoutMs[fence]) continue
    if (fence === 'fenced') throw new Error(`no progress: ${behind} records are not consumed`)
    if (over) return
  }
}

/** The last commits may become visible later, so records count as lost only when they stay lost. */
export async function retryWhileLost<T extends ViolationCounts>(check: () => Promise<T>): Promise<T> {
  for (const deadline = performance.now() + openTransactionMs; ; await sleep(2_000)) {
    const found = await check()
    if (found.lost === 0 || performance.now() > deadline) return found
  }
}
