import type { ServiceName } from '#topology/types.ts'
import type { FaultCode } from '../core/faults.ts'
import type { DifferenceExample, TopicDiff } from './difference-counts.ts'

/** What a run did and what came of it. It holds no time of its own: the same replay has the same receipt but for its name. */
export type ReplayReceipt = {
  readonly run: string
  readonly service: ServiceName
  /** ISO 8601; null where there was no limit. */
  readonly since: string | null
  readonly until: string | null
  /** `sha256` is of the file; of the service's own sources where there is none. */
  readonly rules: { readonly version: string; readonly file: string | null; readonly sha256: string }
  readonly config: { readonly file: string; readonly sha256: string } | null
  /** Decisions of the range, by their offsets from `first` up to `end`; `ledUp` ones before it were decided for the memory alone. */
  readonly partitions: readonly {
    readonly partition: number
    readonly first: number
    readonly end: number
    readonly decided: number
    readonly ledUp: number
  }[]
  readonly decided: number
  /** Records that the rules refuse now, by fault, and why the first one was. */
  readonly refused: Readonly<Partial<Record<FaultCode, { readonly records: number; readonly why: string }>>>
  /** Events emitted now, and the SHA-256 of `outputs.ndjson`, which holds them by partition, in order. */
  readonly outputs: { readonly events: number; readonly sha256: string }
  /** By topic. */
  readonly diff: Readonly<Record<string, TopicDiff>>
  /** The first differences; all are in `diff.ndjson`. */
  readonly examples: readonly DifferenceExample[]
  /** The first decision before which the memory had another size than then; null where there is none. */
  readonly memory: {
    readonly partition: number
    readonly offset: number
    /** Keys in memory before that decision, then and now. */
    readonly was: number
    readonly is: number
  } | null
}
