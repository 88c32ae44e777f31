import type { Logger } from 'pino'
import type { PositionLost } from '#schemas/events.ts'
import type { Codec } from '../codec/codec.ts'
import type { EventLog } from '../log/event-log.ts'
import type { ObjectStore } from '../objects/object-store.ts'
import type { OpenSnapshot } from '../state/snapshots.ts'
import type { Metrics } from '../telemetry/telemetry.ts'
import type { Tracing } from '../telemetry/tracing.ts'

/** What a service does where its position is lost: it stops before the records, or goes on and tells. */
export type LostPositionPolicy = PositionLost['action']

/** The parts of the runtime that the processing of records uses. */
export type ProcessingContext = {
  readonly settings: { readonly gatherConcurrency: number }
  readonly log: EventLog
  readonly codec: Codec
  readonly objects: ObjectStore
  readonly openSnapshot: OpenSnapshot | undefined
  readonly logger: Logger
  readonly metrics: Metrics
  readonly tracing: Tracing | undefined
  /** The setting; see `lostPositionPolicy`. */
  readonly onLostPosition: LostPositionPolicy | undefined
}
