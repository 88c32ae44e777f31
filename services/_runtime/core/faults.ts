/** What happens next for each known error. An error that is not here stops the service: skipping training data is worse than pausing. */
export const faults = {
  FLY_CONFIG: { then: 'stop', means: 'A setting is missing, malformed or unknown.' },
  FLY_USAGE: { then: 'stop', means: 'A command was called with something it cannot take.' },
  FLY_PORT: { then: 'stop', means: 'The HTTP port cannot be listened on.' },
  FLY_HOME: { then: 'stop', means: 'The data folder is in use, from another version, or not a data folder.' },
  FLY_TOPIC: { then: 'stop', means: 'A topic is missing or differs from the map.' },
  FLY_BROKER: { then: 'retry', means: 'The event log cannot be reached or is not ready.' },
  FLY_FENCED: { then: 'stop', means: 'Another process owns this partition now.' },
  FLY_REGISTRY: { then: 'retry', means: 'The schema registry cannot be reached.' },
  FLY_SCHEMA: { then: 'stop', means: 'A schema is not compatible with what was registered before.' },
  FLY_DECODE: { then: 'dead-letter', means: 'The bytes do not match the schema they name.' },
  FLY_ENCODE: { then: 'dead-letter', means: 'A service produced an event that its schema refuses.' },
  FLY_TOO_LARGE: { then: 'dead-letter', means: 'What a record leads to is larger than the log accepts.' },
  FLY_AGENT: { then: 'dead-letter', means: 'The event names an agent that is not registered.' },
  FLY_OBJECT: { then: 'dead-letter', means: 'An object named by its digest is missing or damaged.' },
  FLY_STORE: { then: 'retry', means: 'The object store or the vector index cannot be reached.' },
  FLY_MODEL: { then: 'retry', means: 'The language model cannot be reached, is overloaded or answers nonsense.' },
  FLY_LEAK: { then: 'dead-letter', means: 'A family is in training and in evaluation.' },
  FLY_STATE: { then: 'stop', means: 'A changelog was written by another version of the service.' },
  FLY_REPLAY: { then: 'stop', means: 'What a replay needs is not in the log, or no longer.' },
  FLY_BUG: { then: 'stop', means: 'A promise this code makes to itself was broken.' },
} as const satisfies Record<string, { then: 'retry' | 'dead-letter' | 'stop'; means: string }>

export type FaultCode = keyof typeof faults

type DeadLetterCode = { [C in FaultCode]: (typeof faults)[C]['then'] extends 'dead-letter' ? C : never }[FaultCode]

/** What to do about a dead letter. */
export const remedies: Readonly<Record<DeadLetterCode, string>> = {
  FLY_DECODE:
    'Have its source send the fact again as its topic has it; re-drive only when a schema was missing and is there now.',
  FLY_ENCODE: 'A mistake of the service: correct its rule or the schema, deploy it, then re-drive.',
  FLY_TOO_LARGE: 'Have its source send less; re-drive only after a rule that writes less was deployed.',
  FLY_AGENT: 'Register the agent: PUT it to ingest at /v1/agents/AGENT, then re-drive.',
  FLY_OBJECT: 'Bring the object back into the store, then re-drive.',
  FLY_LEAK: 'The dataset itself is wrong: have a new one built; re-driven, this record is refused again.',
}

/** The one error class: `code` says what happens next, `about` holds plain fields for the log (never chat text or secrets). */
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

/** What happens next after an error; unknown errors are bugs, not weather. */
export function faultAction(error: unknown): 'retry' | 'dead-letter' | 'stop' {
  return error instanceof Fault ? faults[error.code].then : 'stop'
}

/** The message of anything that was thrown. */
export const errorMessage = (error: unknown): string => (error instanceof Error ? error.message : String(error))
