/**
 * What the runtime does after an error: `retry` tries again with a growing delay; `dead-letter` sets the record aside and goes
 * on; `leave` ends the work on the partition, which another process has taken over; `stop` ends the process.
 */
export type FaultAction = 'retry' | 'dead-letter' | 'leave' | 'stop'

/** The action for each known error. Any other error stops the service: to lose training data is worse than to stop. */
export const faults = {
  FLY_CONFIG: { action: 'stop', means: 'A setting is missing, malformed or unknown.' },
  FLY_USAGE: { action: 'stop', means: 'A command was called with options or arguments that it does not accept.' },
  FLY_PORT: { action: 'stop', means: 'The HTTP port cannot be listened on.' },
  FLY_EXIT: { action: 'stop', means: 'A service process that a command has started ended.' },
  FLY_HOME: {
    action: 'stop',
    means: 'The data folder is in use, cannot be written, holds no data, or is from another version or program.',
  },
  FLY_TOPIC: {
    action: 'stop',
    means: 'A topic differs from the map or is missing, at start or because it was deleted since.',
  },
  FLY_POSITION: {
    action: 'stop',
    means: 'Records were deleted before a service decided them, or the log has forgotten the position of the service.',
  },
  FLY_BROKER: { action: 'retry', means: 'The event log cannot be reached or is not ready.' },
  FLY_FENCED: {
    action: 'leave',
    means: 'Another process has taken over the partition; the service goes on with its others.',
  },
  FLY_REGISTRY: { action: 'retry', means: 'The schema registry cannot be reached.' },
  FLY_SCHEMA: { action: 'stop', means: 'A schema is not compatible with the registered one.' },
  FLY_DECODE: { action: 'dead-letter', means: 'The bytes do not match the schema they name.' },
  FLY_ENCODE: { action: 'dead-letter', means: 'A service produced an event that does not fit its schema.' },
  FLY_TOO_LARGE: {
    action: 'dead-letter',
    means: 'An event or dead letter that follows from a record is larger than the log accepts.',
  },
  FLY_AGENT: { action: 'dead-letter', means: 'The event names an agent that is not registered.' },
  FLY_OBJECT: { action: 'dead-letter', means: 'An object named by its digest is missing or damaged.' },
  FLY_STORE: { action: 'retry', means: 'The object store or the vector index cannot be reached.' },
  FLY_MODEL: {
    action: 'retry',
    means: 'The language model cannot be reached, is overloaded or answers without the expected form.',
  },
  FLY_TIMEOUT: {
    action: 'dead-letter',
    means: 'Gathering the facts of a record took longer than its service allows, three times.',
  },
  FLY_LEAK: { action: 'dead-letter', means: 'A family is in training and in evaluation.' },
  FLY_STATE: {
    action: 'stop',
    means: 'A changelog was written by another version, or has state of a shape that the service does not read.',
  },
  FLY_REPLAY: { action: 'stop', means: 'A record or object that a replay needs is not in the log or the store.' },
  FLY_BUG: { action: 'stop', means: 'An assumption of this code does not hold.' },
} as const satisfies Record<string, { readonly action: FaultAction; readonly means: string }>

export type FaultCode = keyof typeof faults

type DeadLetterCode = { [C in FaultCode]: (typeof faults)[C]['action'] extends 'dead-letter' ? C : never }[FaultCode]

/** How an operator corrects the cause of a dead letter. */
export const remedies: Readonly<Record<DeadLetterCode, string>> = {
  FLY_DECODE:
    'Have the producer send the event again in the format of the topic. Re-drive only if a schema was missing and is registered now.',
  FLY_ENCODE: 'A bug of the service: correct its rule or the schema, deploy it, then re-drive.',
  FLY_TOO_LARGE: 'Have the producer send smaller events. Re-drive only after a rule that writes less was deployed.',
  FLY_AGENT: 'Register the agent: PUT it to ingest at /v1/agents/AGENT, then re-drive.',
  FLY_OBJECT: 'Restore the object in the store, then re-drive.',
  FLY_TIMEOUT: 'Find out what the service waits for, such as a model server that does not answer, then re-drive.',
  FLY_LEAK: 'The dataset is wrong: have a new one built. Re-driven, this record is refused again.',
}

/** The one error class. `details` are plain fields for the log, never chat text or secrets. */
export class Fault extends Error {
  readonly code: FaultCode
  readonly details: Readonly<Record<string, unknown>>

  constructor(code: FaultCode, message: string, details: Readonly<Record<string, unknown>> = {}, cause?: unknown) {
    super(message, { cause })
    this.name = 'Fault'
    this.code = code
    this.details = details
  }
}

/** The action after an error. An unknown error is a bug, so the service stops. */
export function faultAction(error: unknown): FaultAction {
  return error instanceof Fault ? faults[error.code].action : 'stop'
}

/** The message of anything that was thrown. */
export const errorMessage = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** The code of an error, for labels of metrics. */
export const faultCode = (error: unknown): FaultCode => (error instanceof Fault ? error.code : 'FLY_BUG')
