import { ZodError } from 'zod'
import { at } from '../core/checked.ts'

/** A client error. `code` is stable; `message` names the field and the fix; `retryAfter` is in seconds. */
export class HttpError extends Error {
  readonly status: number
  readonly code: string
  readonly retryAfter: number | undefined

  constructor(status: number, code: string, message: string, retryAfter?: number) {
    super(message)
    this.name = 'HttpError'
    this.status = status
    this.code = code
    this.retryAfter = retryAfter
  }
}

export function httpError(status: number, code: string, message: string, retryAfter?: number): HttpError {
  return new HttpError(status, code, message, retryAfter)
}

export type HttpProblem = { readonly code: string; readonly message: string; readonly field?: string }

/** Status and response body for a client error; undefined for any other error. */
export function toHttpProblem(error: unknown): { readonly status: number; readonly problem: HttpProblem } | undefined {
  if (error instanceof HttpError) return { status: error.status, problem: { code: error.code, message: error.message } }
  if (!(error instanceof ZodError)) return undefined
  const issue = at(error.issues, 0)
  const field = issue.path.join('.')
  const message = `${field || 'body'}: ${issue.message}`
  return { status: 400, problem: { code: 'invalid', message, ...(field && { field }) } }
}
