import { rejectOnTimeout } from '../core/deadline.ts'
import { Fault } from '../core/faults.ts'
import type { EventLog } from './event-log.ts'

/** How long an answer of the log is waited for, in milliseconds. */
export type AnswerLimits = {
  /** For what is asked: topics, lags, positions, bounds. */
  readonly question: number
  /** For the next records of a read that is not at its end. */
  readonly records: number
}

/** For people and programs that look: long enough for a broker that changes its leader, and nobody waits longer for a page. */
const limitsOfReaders: AnswerLimits = { question: 5_000, records: 20_000 }
/** For probes of readiness and scrapes of metrics, which come often and have short time limits themselves. */
export const limitsOfProbes: AnswerLimits = { question: 2_000, records: 2_000 }

/**
 * The same log, whose answers come within a time limit: FLY_BROKER after it. HTTP handlers and commands read the log through it,
 * so that they answer while the brokers do not. A question that is open already is not asked again, so questions do not pile
 * up during an outage: whoever asks waits for the same answer.
 */
export function answersInTime(log: EventLog, limits: AnswerLimits = limitsOfReaders): EventLog {
  const open = new Map<string, Promise<unknown>>()
  const inTime =
    <Q extends readonly unknown[], A>(what: string, ask: (...question: Q) => Promise<A>) =>
    (...question: Q): Promise<A> => {
      const key = JSON.stringify([what, question])
      const asked = (open.get(key) as Promise<A> | undefined) ?? ask(...question)
      if (!open.has(key)) {
        open.set(key, asked)
        asked.catch(() => {}).finally(() => open.delete(key))
      }
      return rejectOnTimeout(limits.question, `ask the event log for ${what}`, asked)
    }
  return {
    ...log,
    topics: inTime('its topics', log.topics),
    lag: inTime('the lag of a group', log.lag),
    positionsAt: inTime('positions', log.positionsAt),
    committed: inTime('committed positions', log.committed),
    bounds: inTime('the bounds of topics', log.bounds),
    read: (topics, options, onRecords, signal) => readInTime(log, limits.records, [topics, options, onRecords, signal]),
  }
}

/** A read that is aborted when no records come for the time limit, before all that existed at the call were read. */
async function readInTime(
  log: EventLog,
  milliseconds: number,
  [topics, options, onRecords, signal]: Parameters<EventLog['read']>,
): Promise<void> {
  const late = new AbortController()
  let timer = setTimeout(() => late.abort(), milliseconds)
  const stopTimer = (): void => clearTimeout(timer)
  let caughtUp = false
  const reading = log.read(
    topics,
    {
      ...options,
      onCaughtUp: () => {
        caughtUp = true
        stopTimer()
        options.onCaughtUp?.()
      },
    },
    async records => {
      // The time that the caller takes is not the log's.
      stopTimer()
      await onRecords(records)
      if (!caughtUp && !late.signal.aborted) timer = setTimeout(() => late.abort(), milliseconds)
    },
    AbortSignal.any([signal, late.signal]),
  )
  reading.catch(() => {})
  const noRecords = new Promise<never>((_resolve, reject) => {
    const message = `cannot read ${topics.join(', ')}: no records within ${milliseconds} ms`
    late.signal.addEventListener('abort', () => reject(new Fault('FLY_BROKER', message)))
  })
  noRecords.catch(() => {})
  await Promise.race([reading, noRecords]).finally(stopTimer)
}
