import { setTimeout as sleep } from 'node:timers/promises'
import {
  areExclusive,
  type FaultCounts,
  type FaultKind,
  noFaults,
  type PlannedFault,
  planFaults,
} from './fault-plan.ts'
import type { PrintProgress } from './report.ts'

/** Injects a fault; resolves when it is over. */
export type Injector = (name: string) => Promise<void>

/** How far the input may be ahead of consumption, and of a fault that is not over, as a share of all input. */
const maxShareAhead = 0.1
/** While a fault is not over, a batch is delayed by this much, so that there is input until the end of the fault. */
const maxDelayMs = 300

export type FaultSchedule = {
  /** Starts the faults that are due when that share of the input is consumed. */
  readonly advance: (share: number) => void
  /** Waits before the batch that ends at that share of the input. */
  readonly waitForBatch: (share: number) => Promise<void>
  /** Whether all faults are over; throws the error of an injector. */
  readonly isFinished: () => boolean
  readonly injected: FaultCounts
}

/** Injects the planned faults as the stream proceeds, those of exclusive kinds one after the other. */
export function createSchedule(
  counts: FaultCounts,
  seed: string,
  injectors: Readonly<Record<FaultKind, Injector>>,
  print: PrintProgress,
): FaultSchedule {
  const planned = [...planFaults(counts, seed)]
  const open = new Set<PlannedFault>(planned)
  const injected = { ...noFaults }
  const started: { readonly kind: FaultKind; readonly over: Promise<void> }[] = []
  let failure: { readonly error: unknown } | undefined
  let done = 0

  const inject = async ({ kind, name, due }: PlannedFault): Promise<void> => {
    print(`${(due * 100).toFixed(0).padStart(3)} %  ${name}`)
    await injectors[kind](name)
    injected[kind]++
  }

  return {
    injected,
    advance(share) {
      done = share
      for (let fault = planned[0]; fault && fault.due <= share; fault = planned[0]) {
        const current = fault
        planned.shift()
        const before = started.filter(({ kind }) => areExclusive(kind, current.kind))
        const over = Promise.all(before.map(fault => fault.over))
          .then(() => inject(current))
          .catch(error => {
            failure ??= { error }
          })
          .finally(() => open.delete(current))
        started.push({ kind: current.kind, over })
      }
    },
    async waitForBatch(share) {
      while (share > done + maxShareAhead && !failure) await sleep(20)
      const tooFar = (): boolean => share > Math.min(1, ...[...open].map(({ due }) => due)) + maxShareAhead
      for (let waited = 0; tooFar() && waited < maxDelayMs; waited += 20) await sleep(20)
    },
    isFinished() {
      if (failure) throw failure.error
      return open.size === 0
    },
  }
}
