import { setTimeout as sleep } from 'node:timers/promises'
import type { EventLog } from '#runtime/log/event-log.ts'
import type { ViolationCounts } from './compare-outputs.ts'
import type { PrintProgress } from './report.ts'
import type { FaultSchedule } from './schedule.ts'
import { countConsumed, countUnconsumed } from './stage-topics.ts'

/** Without any progress for so long, the run has failed; or, without the fence, is over. */
const stallTimeoutMs = { fenced: 120_000, unfenced: 10_000 } as const
/** A transaction whose owner has died, and that nobody fences, hides what follows it until the brokers abort it. */
const openTransactionMs = 90_000

/**
 * Tells the schedule how far the stream is, until all is accepted, all faults are over and nothing is left to consume. Without
 * the fence a zombie may set positions back, and what then counts as left is never consumed.
 */
export async function waitUntilConsumed(
  log: EventLog,
  records: number,
  schedule: FaultSchedule,
  produced: () => boolean,
  fence: keyof typeof stallTimeoutMs,
  say: PrintProgress,
): Promise<void> {
  let before = { done: 0, behind: 0, since: performance.now() }
  for (let looks = 0; ; looks++) {
    await sleep(50)
    // Without brokers nothing is known, and nothing changes.
    const done = await countConsumed(log).catch(() => before.done)
    schedule.advance(Math.min(1, done / records))
    const over = schedule.isFinished() && produced()
    // To ask what is left is much more work for the brokers.
    const behind = over || looks % 100 === 0 ? await countUnconsumed(log).catch(() => before.behind) : before.behind
    if (over && behind === 0) return
    if (looks % 100 === 0) say(`${((100 * done) / records).toFixed(0).padStart(3)} %  ${behind} records wait`)
    const now = performance.now()
    if (done !== before.done || behind !== before.behind) before = { done, behind, since: now }
    if (now - before.since < stallTimeoutMs[fence]) continue
    if (fence === 'fenced') throw new Error(`nothing moves any more: ${behind} records wait`)
    if (over) return
  }
}

/** What was committed last may become visible a moment later: what is lost must stay lost. */
export async function retryWhileLost<T extends ViolationCounts>(look: () => Promise<T>): Promise<T> {
  for (const deadline = performance.now() + openTransactionMs; ; await sleep(2_000)) {
    const found = await look()
    if (found.lost === 0 || performance.now() > deadline) return found
  }
}
