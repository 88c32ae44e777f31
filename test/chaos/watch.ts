import { setTimeout as sleep } from 'node:timers/promises'
import type { EventLog } from '#runtime/log/event-log.ts'
import type { Tally } from './check.ts'
import type { Say } from './report.ts'
import type { Schedule } from './schedule.ts'
import { consumed, left } from './stream.ts'

/** Without any progress for so long, the run has failed; or, without the fence, is over. */
const patienceMs = { fenced: 120_000, unfenced: 10_000 } as const
/** A transaction whose owner has died, and that nobody fences, hides what follows it until the brokers abort it. */
const invisibleMs = 90_000

/**
 * Tells the schedule how far the stream is, until all is accepted, all faults are over and nothing is left to consume. Without
 * the fence a zombie may set positions back, and what then counts as left is never consumed.
 */
export async function watch(
  log: EventLog,
  records: number,
  schedule: Schedule,
  produced: () => boolean,
  fence: keyof typeof patienceMs,
  say: Say,
): Promise<void> {
  let before = { done: 0, behind: 0, since: performance.now() }
  for (let looks = 0; ; looks++) {
    await sleep(50)
    // Without brokers nothing is known, and nothing changes.
    const done = await consumed(log).catch(() => before.done)
    schedule.consumed(Math.min(1, done / records))
    const over = schedule.over() && produced()
    // To ask what is left is much more work for the brokers.
    const behind = over || looks % 100 === 0 ? await left(log).catch(() => before.behind) : before.behind
    if (over && behind === 0) return
    if (looks % 100 === 0) say(`${((100 * done) / records).toFixed(0).padStart(3)} %  ${behind} records wait`)
    const now = performance.now()
    if (done !== before.done || behind !== before.behind) before = { done, behind, since: now }
    if (now - before.since < patienceMs[fence]) continue
    if (fence === 'fenced') throw new Error(`nothing moves any more: ${behind} records wait`)
    if (over) return
  }
}

/** What was committed last may become visible a moment later: what is lost must stay lost. */
export async function settled<T extends Tally>(look: () => Promise<T>): Promise<T> {
  for (const deadline = performance.now() + invisibleMs; ; await sleep(2_000)) {
    const found = await look()
    if (found.lost === 0 || performance.now() > deadline) return found
  }
}
