import { Fault } from '#runtime/core/faults.ts'
import type { ModelRefusal } from '../language-model.ts'

/** What is known of a failed attempt: `status` of the HTTP answer, `code` a word of the server or of the socket. */
export type FailedAttempt = {
  readonly status: number | undefined
  readonly code: string | undefined
  readonly retryAfter: string | undefined
}

/** Statuses below 500 that pass by themselves: timeout, conflict, failed dependency, too early, too many. */
const retryableStatuses = new Set([408, 409, 424, 425, 429])
const deniedStatuses = new Set([401, 403, 404])

/**
 * What a failed attempt is: FLY_MODEL is thrown where another try may help, FLY_CONFIG where only a person can; the rest is a
 * refusal of this very prompt. Messages of servers are left out: they like to quote the prompt.
 */
export function classifyFailure(name: string, { status, code, retryAfter }: FailedAttempt, now: number): ModelRefusal {
  const said = [status, safeCode(code)].filter(part => part !== undefined).join(' ')
  if (status === undefined)
    throw new Fault('FLY_MODEL', `language model ${name} cannot be reached${said && `: ${said}`}`)
  if (deniedStatuses.has(status))
    throw new Fault(
      'FLY_CONFIG',
      `language model ${name} is denied: ${said}; correct FLYWHEEL_MODEL and its URL and key, or AWS's credentials and region`,
      { status },
    )
  if (retryableStatuses.has(status) || status >= 500)
    throw new Fault('FLY_MODEL', `language model ${name} answered ${said}`, {
      status,
      retryAfterMs: retryAfterMs(retryAfter, now),
    })
  return { refused: `the model refused the prompt: ${said}` }
}

/** An answer that is none: something between us and the model may have made it. */
export const unreadableAnswer = (name: string, what: string): Fault =>
  new Fault('FLY_MODEL', `language model ${name} answered what cannot be read: ${what}`)

/** Codes are words; anything else may be text. */
const safeCode = (code: string | undefined): string | undefined =>
  code !== undefined && /^[A-Za-z0-9_.-]{1,60}$/.test(code) ? code : undefined

/** Seconds or a date (RFC 9110, 10.2.3), as milliseconds from now. */
function retryAfterMs(value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined
  const until = /^\d+(\.\d+)?$/.test(value.trim()) ? Number(value) * 1000 : Date.parse(value) - now
  return Number.isFinite(until) ? Math.max(0, until) : undefined
}
