import { toHttpProblem } from '#runtime/http/error.ts'

/**
 * Why a record is refused, as a name that is counted: the code of the error, and for an invalid body the field without its
 * position in a list. Fields are those of our schemas, so there are few names, whatever is sent.
 */
export function refusalReason(error: unknown): string | undefined {
  const problem = toHttpProblem(error)?.problem
  if (problem === undefined) return undefined
  const field = problem.field
    ?.split('.')
    .filter(part => !/^\[?\d+\]?$/.test(part))
    .join('.')
  return field ? `${problem.code} ${field}` : problem.code
}
