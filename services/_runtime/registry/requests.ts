import { setTimeout as sleep } from 'node:timers/promises'
import { backoffMs } from '../core/backoff.ts'
import { errorMessage, Fault } from '../core/faults.ts'
import { isObject, type JsonObject } from '../core/json.ts'

export type BasicAuth = { readonly username: string; readonly password: string }

/** What a registry answered: the body of a success, or its refusal of the request. */
export type RegistryAnswer =
  | { readonly outcome: 'done'; readonly body: JsonObject }
  | { readonly outcome: 'missing' | 'conflict' | 'invalid'; readonly message: string }

/** Sends a request of Confluent's HTTP API. FLY_REGISTRY when no registry answers, FLY_CONFIG when it refuses the user. */
export type RequestRegistry = (method: 'GET' | 'POST' | 'PUT', path: string, body?: object) => Promise<RegistryAnswer>

const timeoutMs = 10_000
const maxAttempts = 5
const backoff = { firstMs: 50, maxMs: 400 } as const
const mediaType = 'application/vnd.schemaregistry.v1+json'
const refusals = { 404: 'missing', 409: 'conflict', 422: 'invalid' } as const

/**
 * Requests to the registry at `host`. Only an answer with an `error_code` is the registry's own, and only 40401 and the like say what
 * does not exist: what stands in front of it, such as an ingress without a backend, and a wrong path answer 404 too, and that
 * is an outage. Outages are retried for about a second.
 */
export function createRegistryRequests(host: string, auth: BasicAuth | undefined): RequestRegistry {
  const credentials = auth && Buffer.from(`${auth.username}:${auth.password}`).toString('base64')
  const headers = { 'content-type': mediaType, ...(credentials && { authorization: `Basic ${credentials}` }) }

  const attempt: RequestRegistry = async (method, path, body) => {
    const response = await fetch(host + path, {
      ...{ method, headers, signal: AbortSignal.timeout(timeoutMs) },
      ...(body && { body: JSON.stringify(body) }),
    }).catch(error => {
      throw outage(host, errorMessage(error.cause ?? error), error)
    })
    const { status } = response
    const answer = await readObject(response)
    if (status === 401 || status === 403)
      throw new Fault(
        'FLY_CONFIG',
        `the schema registry at ${host} refuses access (status ${status}); correct FLYWHEEL_REGISTRY_USER and FLYWHEEL_REGISTRY_PASSWORD`,
        { host, status },
      )
    if (response.ok && answer) return { outcome: 'done', body: answer }
    const message = typeof answer?.message === 'string' ? answer.message : `status ${status}`
    // Another process is registering the same subject: the next attempt finds it.
    if (/already exists/.test(message)) throw outage(host, message)
    const outcome = refusals[status as keyof typeof refusals]
    if (outcome && isOwnCode(status, answer?.error_code)) return { outcome, message }
    throw outage(host, response.ok ? 'its answer is not a JSON object' : message)
  }

  return async (method, path, body) => {
    for (let attempts = 1; ; attempts++)
      try {
        return await attempt(method, path, body)
      } catch (error) {
        if (attempts === maxAttempts || !(error instanceof Fault) || error.code !== 'FLY_REGISTRY') throw error
        await sleep(backoffMs(attempts - 1, backoff))
      }
  }
}

/** 40403 is Confluent's code of a schema that does not exist; 404 itself is that of a path that does not exist. */
const isOwnCode = (status: number, code: unknown): boolean =>
  typeof code === 'number' && (status === 404 ? Math.floor(code / 100) === 404 : true)

/** The body of a response; undefined where it is not a JSON object. */
async function readObject(response: Response): Promise<JsonObject | undefined> {
  const body: unknown = await response.json().catch(() => undefined)
  return isObject(body) ? body : undefined
}

export const outage = (host: string, reason: string, cause?: unknown): Fault =>
  new Fault(
    'FLY_REGISTRY',
    `the schema registry at ${host} cannot be used: ${reason}; start it or correct FLYWHEEL_REGISTRY`,
    { host },
    cause,
  )
