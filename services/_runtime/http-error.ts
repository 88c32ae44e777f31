/** A refusal that the caller can mend: `code` is stable, `message` names the field and the fix. */
export class HttpError extends Error {
  readonly status: number
  readonly code: string

  constructor(status: number, code: string, message: string) {
    super(message)
    this.name = 'HttpError'
    this.status = status
    this.code = code
  }
}

export function httpError(status: number, code: string, message: string): HttpError {
  return new HttpError(status, code, message)
}
