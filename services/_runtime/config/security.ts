import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createSecureContext, getCACertificates } from 'node:tls'
import type { SASLOptions } from 'kafkajs'
import type { KafkaSecurity } from '../log/kafka/connection/client.ts'
import type { BasicAuth } from '../registry/http.ts'
import type { Settings } from './config.ts'

type PemSetting = 'kafkaCa' | 'kafkaCert' | 'kafkaKey'

const parseCertificate = (pem: Buffer): X509Certificate => new X509Certificate(pem)

/** What is wrong with the PEM files that are named, by setting; nothing of what they hold is told. */
export function pemProblems(
  given: Readonly<Partial<Record<PemSetting, unknown>>>,
): readonly (readonly [PemSetting, string])[] {
  const problems: [PemSetting, string][] = []
  const read = <T>(name: PemSetting, what: string, parse: (pem: Buffer) => T): T | undefined => {
    const path = given[name]
    if (typeof path !== 'string') return undefined
    try {
      return parse(readFileSync(path))
    } catch (error) {
      const { code = '' } = error as { code?: string }
      const unreadable = /^E[A-Z]+$/.test(code)
      problems.push([name, unreadable ? `cannot read ${path} (${code})` : `${path} holds no ${what} in PEM (${code})`])
      return undefined
    }
  }
  read('kafkaCa', 'certificate', parseCertificate)
  const cert = read('kafkaCert', 'certificate', parseCertificate)
  const key = read('kafkaKey', 'private key without a passphrase', createPrivateKey)
  if (cert && key && !cert.checkPrivateKey(key)) problems.push(['kafkaKey', 'is not the key of FLYWHEEL_KAFKA_CERT'])
  return problems
}

/** TLS and SASL for the brokers. The files have been looked at by `readSettings`. */
export function kafkaSecurity(settings: Settings): KafkaSecurity {
  const { kafkaTls, kafkaSasl: mechanism, kafkaUser: username = '', kafkaPassword: password = '' } = settings
  // One context for all connections: to read hundreds of authorities takes a tenth of a second.
  const tls: KafkaSecurity = kafkaTls ? { ssl: { secureContext: secureContext(settings) } } : {}
  return mechanism ? { ...tls, sasl: { mechanism, username, password } as SASLOptions } : tls
}

/** Basic authentication at the registry, when it is wanted. */
export function registryAuth({ registryUser, registryPassword }: Settings): BasicAuth | undefined {
  return registryUser && registryPassword ? { username: registryUser, password: registryPassword } : undefined
}

function secureContext({ kafkaCa, kafkaCert, kafkaKey }: Settings) {
  return createSecureContext({
    ca: kafkaCa ? readFileSync(kafkaCa) : [...getCACertificates('default'), ...getCACertificates('system')],
    ...(kafkaCert && kafkaKey ? { cert: readFileSync(kafkaCert), key: readFileSync(kafkaKey) } : {}),
  })
}
