import { setTimeout as sleep } from 'node:timers/promises'
import { Fault, type FaultCode } from '../../core/faults.ts'

/** What Kafka's error types mean here. Every other error of kafkajs or of a socket is FLY_BROKER. */
const faultCodes: Readonly<Record<string, FaultCode>> = {
  INVALID_PRODUCER_EPOCH: 'FLY_FENCED',
  INVALID_PRODUCER_ID_MAPPING: 'FLY_FENCED',
  TRANSACTION_COORDINATOR_FENCED: 'FLY_FENCED',
  MESSAGE_TOO_LARGE: 'FLY_TOO_LARGE',
  RECORD_LIST_TOO_LARGE: 'FLY_TOO_LARGE',
  UNKNOWN_TOPIC_OR_PARTITION: 'FLY_TOPIC',
  INVALID_TOPIC_EXCEPTION: 'FLY_TOPIC',
  INVALID_PARTITIONS: 'FLY_TOPIC',
  INVALID_REPLICATION_FACTOR: 'FLY_CONFIG',
  POLICY_VIOLATION: 'FLY_CONFIG',
  INCONSISTENT_GROUP_PROTOCOL: 'FLY_CONFIG',
  INVALID_GROUP_ID: 'FLY_CONFIG',
  INVALID_SESSION_TIMEOUT: 'FLY_CONFIG',
  TOPIC_AUTHORIZATION_FAILED: 'FLY_CONFIG',
  GROUP_AUTHORIZATION_FAILED: 'FLY_CONFIG',
  CLUSTER_AUTHORIZATION_FAILED: 'FLY_CONFIG',
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED: 'FLY_CONFIG',
  SASL_AUTHENTICATION_FAILED: 'FLY_CONFIG',
  UNSUPPORTED_SASL_MECHANISM: 'FLY_CONFIG',
  INVALID_TRANSACTION_TIMEOUT: 'FLY_CONFIG',
}

/** PRODUCER_FENCED, which kafkajs 2.2.4 does not know. */
const producerFenced = 'Unknown error code 90'

const programmingErrors = ['TypeError', 'RangeError', 'ReferenceError', 'SyntaxError']

/** The error that kafkajs wrapped, perhaps several times. */
export function rootCause(error: unknown): RootCause {
  let root = error
  while (root instanceof Error && root.cause instanceof Error) root = root.cause
  return root instanceof Error ? (root as RootCause) : { name: 'Error', message: String(root) }
}

/** `type` is Kafka's name of an error; `code` its number, or what Node calls the error of a socket. */
type RootCause = {
  readonly name: string
  readonly message: string
  readonly type?: string
  readonly code?: string | number
}

/** Whether one side does not take the other's certificate: no try again will change that. */
export const isCertificateError = ({ code }: RootCause): boolean =>
  /CERT|LEAF_SIGNATURE|HOSTNAME_MISMATCH/.test(String(code))

export const errorType = (error: unknown): string => rootCause(error).type ?? rootCause(error).name

/** Any error as a fault that says what was being done. */
export function toFault(error: unknown, action: string, fields: Readonly<Record<string, unknown>> = {}): Fault {
  const root = rootCause(error)
  for (const known of [error, root]) if (known instanceof Fault) return known
  const { name, message, type } = root
  const said = `cannot ${action}: ${message}`
  if (programmingErrors.includes(name) && !isThrownByKafkajs(error)) return new Fault('FLY_BUG', said, fields, error)
  if (name === 'KafkaJSSASLAuthenticationError' || isCertificateError(root))
    return new Fault('FLY_CONFIG', said, fields, error)
  if (name === 'KafkaJSNotImplemented')
    return new Fault('FLY_TOPIC', `${said}; let its writers use no compression or gzip`, fields, error)
  const code = message === producerFenced ? 'FLY_FENCED' : faultCodes[type ?? '']
  return new Fault(code ?? 'FLY_BROKER', said, { ...fields, type: type ?? name }, error)
}

/** kafkajs trips over its own connections when they close at a bad moment: that is weather, not a mistake of ours. */
function isThrownByKafkajs(error: unknown): boolean {
  const stack = (rootCause(error) as { stack?: string }).stack ?? ''
  return /\n\s+at [^\n]*\/kafkajs\/src\//.test(stack.split('\n').slice(0, 2).join('\n'))
}

/** Rejects with FLY_BROKER when it takes longer; what goes on must not matter any more then. */
export async function withTimeout<T>(milliseconds: number, action: string, promise: Promise<T>): Promise<T> {
  const late = new AbortController()
  promise.catch(() => {})
  const timeout = sleep(milliseconds, undefined, { signal: late.signal }).then(() => {
    throw new Fault('FLY_BROKER', `cannot ${action}: no answer within ${milliseconds} ms`)
  })
  timeout.catch(() => {})
  return Promise.race([promise, timeout]).finally(() => late.abort())
}

/**
 * Tries again with growing pauses while `again` allows it; then throws the last error. Once the signal is aborted nothing is
 * waited for any more: FLY_BROKER, and what a try still does must not matter.
 */
export async function retryWithBackoff<T>(
  attempt: () => Promise<T>,
  shouldRetry: (error: unknown, tries: number) => boolean,
  signal: AbortSignal,
): Promise<T> {
  for (let tries = 1; ; tries++) {
    if (signal.aborted) throw abortedFault()
    try {
      return await rejectOnAbort(signal, attempt())
    } catch (error) {
      if (signal.aborted || !shouldRetry(error, tries)) throw error
      await sleep(Math.min(1_000, 20 * 2 ** tries), undefined, { signal }).catch(() => {})
    }
  }
}

/** Rejects with FLY_BROKER when the signal is aborted first; what goes on must not matter any more then. */
export function rejectOnAbort<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  promise.catch(() => {})
  const { promise: given, reject } = Promise.withResolvers<never>()
  const giveUp = (): void => reject(abortedFault())
  if (signal.aborted) giveUp()
  signal.addEventListener('abort', giveUp, { once: true })
  return Promise.race([promise, given]).finally(() => signal.removeEventListener('abort', giveUp))
}

const abortedFault = (): Fault => new Fault('FLY_BROKER', 'given up, for it was told to stop')

/** Aborted some time after another signal is. */
export function delayAbort(signal: AbortSignal, milliseconds: number): AbortSignal {
  const late = new AbortController()
  waitForAbort(signal).then(() => setTimeout(() => late.abort(), milliseconds).unref())
  return late.signal
}

/** Resolves when the signal is aborted. */
export function waitForAbort(signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
