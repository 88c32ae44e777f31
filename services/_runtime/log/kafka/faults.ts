import { Fault, type FaultCode } from '../../core/faults.ts'
import { unreadableBatch } from './connection/codecs.ts'

/**
 * The fault of each of Kafka's error types. Every other error of kafkajs or of a socket is FLY_BROKER. So is INVALID_PRODUCER_ID_MAPPING:
 * brokers forget a transactional id that is not used for seven days (transactional.id.expiration.ms), and a new producer helps.
 */
const faultCodes: Readonly<Record<string, FaultCode>> = {
  INVALID_PRODUCER_EPOCH: 'FLY_FENCED',
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

/** kafkajs 2.2.4's message for PRODUCER_FENCED, which it does not know. */
const producerFenced = 'Unknown error code 90'

const programmingErrors = ['TypeError', 'RangeError', 'ReferenceError', 'SyntaxError']

/** The innermost cause of an error: kafkajs wraps errors, some of them several times. */
export function rootCause(error: unknown): RootCause {
  let root = error
  while (root instanceof Error && root.cause instanceof Error) root = root.cause
  return root instanceof Error ? (root as RootCause) : { name: 'Error', message: String(root) }
}

/** `type` is Kafka's name of an error; `code` is Kafka's number of it, or Node's code of a socket's error. */
type RootCause = {
  readonly name: string
  readonly message: string
  readonly type?: string
  readonly code?: string | number
}

/** Whether one side refuses the other's certificate. Retrying does not help. */
export const isCertificateError = ({ code }: RootCause): boolean =>
  /CERT|LEAF_SIGNATURE|HOSTNAME_MISMATCH/.test(String(code))

/** Whether the broker refuses the credentials. kafkajs has the same error for a connection that ends while they are checked. */
const isRefusedLogin = ({ name, message }: RootCause): boolean =>
  name === 'KafkaJSSASLAuthenticationError' &&
  !/: (Connection (error|timeout|closed)|Closed connection|Not connected)/.test(message)

/** Kafka's name of an error, or the class of an error that has none. */
export const errorType = (error: unknown): string => rootCause(error).type ?? rootCause(error).name

/** Any error as a fault whose message is "cannot " and the action. */
export function toFault(error: unknown, action: string, details: Readonly<Record<string, unknown>> = {}): Fault {
  const root = rootCause(error)
  for (const known of [error, root]) if (known instanceof Fault) return known
  const { name, type } = root
  const message = `cannot ${action}: ${root.message}`
  if (programmingErrors.includes(name) && !isThrownByKafkajs(error))
    return new Fault('FLY_BUG', message, details, error)
  if (isRefusedLogin(root) || isCertificateError(root)) return new Fault('FLY_CONFIG', message, details, error)
  if (name === 'KafkaJSNotImplemented')
    return new Fault('FLY_TOPIC', message, { ...details, type: unreadableBatch }, error)
  const code = root.message === producerFenced ? 'FLY_FENCED' : faultCodes[type ?? 'none']
  return new Fault(code ?? 'FLY_BROKER', message, { ...details, type: type ?? name }, error)
}

/** kafkajs throws such errors when a connection closes at the wrong moment: that is transient, not a bug of this program. */
function isThrownByKafkajs(error: unknown): boolean {
  const stack = (rootCause(error) as { stack?: string }).stack ?? ''
  return /\n\s+at [^\n]*\/kafkajs\/src\//.test(stack.split('\n').slice(0, 2).join('\n'))
}

/** Whether waiting and retrying may help. */
export const isTransient = (error: unknown): error is Fault => error instanceof Fault && error.code === 'FLY_BROKER'
