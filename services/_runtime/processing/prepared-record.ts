import type { Fault } from '../core/faults.ts'
import type { LogRecord } from '../log/event-log.ts'
import type { RecordSpan } from '../telemetry/tracing.ts'
import type { AnyInbound } from './any-service.ts'

/** A record after `gather`: ready to be decided, refused, or empty. */
export type PreparedRecord = { readonly record: LogRecord; readonly span?: RecordSpan | undefined } & (
  | { readonly status: 'ready'; readonly inbound: AnyInbound; readonly facts: unknown }
  | {
      readonly status: 'refused'
      readonly fault: Fault
      readonly attempts: number
      /** Whether the dead letter is too large for the log, so that its content goes to the object store. */
      readonly storePayload?: boolean
      /** Id of its event; undefined when the record could not be decoded. */
      readonly inputId?: string | undefined
    }
  | { readonly status: 'empty' }
)
