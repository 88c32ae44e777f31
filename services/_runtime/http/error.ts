import { ZodError } from 'zod'

/** A refusal that the caller can mend: `code` is stable, `message` names the field and the fix; `retryAfter` in seconds. */
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

/** What a caller is told about a refusal; undefined for what is no refusal. */
export function toHttpProblem(error: unknown): { readonly status: number; readonly problem: HttpProblem } | undefined {
  if (error instanceof HttpError) return { status: error.status, problem: { code: error.code, message: error.message } }
  if (!(error instanceof ZodError)) return undefined
  const [first] = error.issues
  const field = first?.path.join('.') ?? ''
  const message = `${field || 'body'}: ${first?.message ?? 'invalid'}`
  return { status: 400, problem: { code: 'invalid', message, ...(field && { field }) } }
}
