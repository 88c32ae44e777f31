import { Fault } from '#runtime/core/faults.ts'
import type { ModelRefusal } from './language-model.ts'

/** What is known of a failed attempt: `status` of the HTTP response, `code` of the server's error or of the socket's. */
export type FailedAttempt = {
  readonly status: number | undefined
  readonly code: string | undefined
  /** The header Retry-After. */
  readonly retryAfter: string | undefined
}

/** Statuses below 500 that are temporary: timeout, conflict, failed dependency, too early, too many requests. */
const retryableStatuses = new Set([408, 409, 424, 425, 429])
const deniedStatuses = new Set([401, 403, 404])

/**
 * Throws FLY_MODEL where another attempt may help, and FLY_CONFIG where a person has to correct the settings. Otherwise it is a refusal
 * of this prompt. Error messages of servers are left out: they often quote the prompt.
 */
export function classifyFailure(name: string, { status, code, retryAfter }: FailedAttempt, now: number): ModelRefusal {
  const reason = [status, safeCode(code)].filter(part => part !== undefined).join(' ')
  if (status === undefined)
    throw new Fault('FLY_MODEL', `language model ${name} cannot be reached${reason && `: ${reason}`}`)
  if (deniedStatuses.has(status))
    throw new Fault(
      'FLY_CONFIG',
      `language model ${name} denies access: ${reason}; correct FLYWHEEL_MODEL and its URL and key, or AWS's credentials and region`,
      { status },
    )
  if (retryableStatuses.has(status) || status >= 500)
    throw new Fault('FLY_MODEL', `language model ${name} answered ${reason}`, {
      status,
      retryAfterMs: retryAfterMs(retryAfter, now),
    } satisfies AttemptDetails)
  return { refused: `the model refused the prompt: ${reason}` }
}

/** A response that is not an answer of a model: a proxy may have sent it. */
export const unreadableAnswer = (name: string, what: string): Fault =>
  new Fault('FLY_MODEL', `language model ${name} answered what cannot be read: ${what}`)

/** What the wrappers need of a fault. Without `status` there was no response. */
type AttemptDetails = { readonly status?: number | undefined; readonly retryAfterMs?: number | undefined }

/** The details of the fault of an attempt. */
export function attemptDetails(error: unknown): AttemptDetails {
  if (!(error instanceof Fault)) return {}
  const { status, retryAfterMs } = error.details
  return {
    status: typeof status === 'number' ? status : undefined,
    retryAfterMs: typeof retryAfterMs === 'number' ? retryAfterMs : undefined,
  }
}

/** An error code is one word; anything else may be text of the prompt. */
const safeCode = (code: string | undefined): string | undefined =>
  code !== undefined && /^[A-Za-z0-9_.-]{1,60}$/.test(code) ? code : undefined

/** The header's seconds or date (RFC 9110, 10.2.3) as milliseconds from now. */
function retryAfterMs(value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined
  const until = /^\d+(\.\d+)?$/.test(value.trim()) ? Number(value) * 1000 : Date.parse(value) - now
  return Number.isFinite(until) ? Math.max(0, until) : undefined
}
