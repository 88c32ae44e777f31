import type { ServiceName } from '#topology/types.ts'
import type { FaultCode } from '../core/faults.ts'
import type { DifferenceExample, TopicDiff } from './difference-counts.ts'
import type { UnreadableRecords } from './recorded-outputs.ts'

/** What a run did, and its result. It contains no time of the run itself: the same replay has the same receipt, except for its name. */
export type ReplayReceipt = {
  readonly run: string
  readonly service: ServiceName
  /** ISO 8601; null where there was no limit. */
  readonly since: string | null
  readonly until: string | null
  /** `sha256` is of the file; of the service's own sources where there is none. */
  readonly rules: { readonly version: string; readonly file: string | null; readonly sha256: string }
  readonly config: { readonly file: string; readonly sha256: string } | null
  /** The decisions of [first, end), by offset. `ledUp` is the number of earlier ones that were only repeated to rebuild the state. */
  readonly partitions: readonly {
    readonly partition: number
    readonly first: number
    readonly end: number
    readonly decided: number
    readonly ledUp: number
  }[]
  readonly decided: number
  /** Records that the rules refuse now, by fault, with the message of the first. */
  readonly refused: Readonly<Partial<Record<FaultCode, { readonly records: number; readonly why: string }>>>
  /** Number of events emitted now, and the SHA-256 of `outputs.ndjson`, which has them by partition, in order. */
  readonly outputs: { readonly events: number; readonly sha256: string }
  /** Records of the output topics that were left out of the comparison, since they cannot be decoded. */
  readonly unreadable: UnreadableRecords
  /** By topic. */
  readonly diff: Readonly<Record<string, TopicDiff>>
  /** The first differences; `diff.ndjson` has all. */
  readonly examples: readonly DifferenceExample[]
  /** The first decision before which the state had another number of keys than when it was recorded; null where there is none. */
  readonly memory: {
    readonly partition: number
    readonly offset: number
    /** Number of keys before that decision, as recorded and now. */
    readonly was: number
    readonly is: number
  } | null
}
