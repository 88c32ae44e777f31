import type { ViolationCounts } from './compare-outputs.ts'
import type { FaultCounts } from './fault-plan.ts'

export type ChaosOptions = {
  /** Turns of the input. */
  readonly records: number
  readonly seed: string
  readonly faults: FaultCounts
  /** Workers take transactional ids that fence nobody. */
  readonly breakFence: boolean
}

/** What a run did and what it found. */
export type ChaosReport = ViolationCounts & {
  readonly log: 'kafka' | 'embedded'
  readonly records: number
  readonly seed: string
  /** How many of each fault were injected. */
  readonly faults: FaultCounts
  /** Processes that ended without being told to. */
  readonly crashes: number
  /** Turns that their producer appended again after an append without answer. */
  readonly repeatedInputs: number
  /** From the first append until both stages had consumed everything. */
  readonly recordsPerSecond: number
  /** All of it: starting, running, checking. */
  readonly seconds: number
}

/** Progress for people, on standard error. */
export type PrintProgress = (line: string) => void
