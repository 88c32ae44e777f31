import { Fault } from './faults.ts'

/** Describes an error for the operator: code, problem and fix in one line. Unexpected errors include their stack. */
export function describeError(error: unknown): string {
  if (error instanceof Fault && error.code !== 'FLY_BUG') return `${error.code}: ${error.message}`
  return error instanceof Error
    ? `FLY_BUG: ${error.stack ?? error.message}${error.cause ? `\ncaused by ${describeError(error.cause)}` : ''}`
    : String(error)
}
