import { Fault } from '../../../core/faults.ts'
import { isCertificateError, rootCause, toFault } from '../faults.ts'
import type { KafkaSettings } from './client.ts'

/**
 * Why connecting failed, and which setting to correct. `answered`: a broker told the addresses of all. Messages of kafkajs and Node
 * hold no secrets.
 */
export function connectionFault({ brokers, security }: KafkaSettings, error: unknown, answered: boolean): Fault {
  const root = rootCause(error)
  const { name, type = name, message } = root
  const code = String(root.code)
  const { username } = (security?.sasl ?? {}) as { username?: string }
  const at = `at ${brokers.join(', ')}`
  const explanation = (): string => {
    if (['KafkaJSSASLAuthenticationError', 'UNSUPPORTED_SASL_MECHANISM'].includes(type))
      return `the brokers ${at} refuse user ${username}: correct FLYWHEEL_KAFKA_USER, FLYWHEEL_KAFKA_PASSWORD or FLYWHEEL_KAFKA_SASL`
    if (type === 'ILLEGAL_SASL_STATE')
      return `the brokers ${at} do not use SASL on this listener: unset FLYWHEEL_KAFKA_SASL, or set FLYWHEEL_KAFKA to a listener with SASL`
    if (isCertificateError(root) && code.includes('ALERT'))
      return `the brokers ${at} do not trust our certificate: correct FLYWHEEL_KAFKA_CERT and FLYWHEEL_KAFKA_KEY`
    if (isCertificateError(root))
      return `the certificate of the brokers ${at} is not trusted: set FLYWHEEL_KAFKA_CA to the certificate of its issuer, and FLYWHEEL_KAFKA to hosts that the certificate names`
    if (name === 'KafkaJSConnectionClosedError' || /^(ECONNRESET|EPROTO|ERR_SSL_.*)$/.test(code))
      return `the brokers ${at} close the connection: set FLYWHEEL_KAFKA_TLS and FLYWHEEL_KAFKA_SASL as the listener requires`
    if (answered)
      return `a broker ${at} answers, but the addresses that the brokers advertise do not: correct advertised.listeners in their configuration, or restart the broker that hangs`
    return `no Kafka broker answers ${at}: start it or correct FLYWHEEL_KAFKA`
  }
  return new Fault(toFault(error, 'connect').code, `${explanation()} (${shortMessage(message)})`, { brokers }, error)
}

/** Removes OpenSSL's source files and line numbers. */
const shortMessage = (message: string): string => message.replace(/\S*error:\w+:[^:]*:[^:]*:([^:]*):.*/s, '$1').trim()
