import type { ViolationCounts } from './compare-outputs.ts'
import type { FaultCounts } from './fault-plan.ts'

export type ChaosOptions = {
  /** Turns of the input. */
  readonly records: number
  readonly seed: string
  readonly faults: FaultCounts
  /** Disables fencing: every worker has its own transactional ids. */
  readonly breakFence: boolean
}

/** The result of a run. */
export type ChaosReport = ViolationCounts & {
  readonly log: 'kafka' | 'embedded'
  readonly records: number
  readonly seed: string
  /** How many of each fault were injected. */
  readonly faults: FaultCounts
  /** Processes that ended without having been stopped. */
  readonly crashes: number
  /** Records of the input that were deleted before they were consumed: nothing follows from them. */
  readonly excused: number
  /** Turns that their producer appended again after an append without an answer. */
  readonly repeatedInputs: number
  /** From the first append until both stages had consumed everything. */
  readonly recordsPerSecond: number
  /** Of the whole run: start, stream and check. */
  readonly seconds: number
}

/** Prints a line of progress to standard error. */
export type PrintProgress = (line: string) => void
