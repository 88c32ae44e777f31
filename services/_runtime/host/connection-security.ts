import { readFileSync } from 'node:fs'
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls'
import type { SASLOptions } from 'kafkajs'
import type { Settings } from '../config/config.ts'
import type { KafkaSecurity } from '../log/kafka/connection/client.ts'
import type { BasicAuth } from '../registry/requests.ts'

type KafkaSecuritySettings = Pick<
  Settings,
  'kafkaTls' | 'kafkaCa' | 'kafkaCert' | 'kafkaKey' | 'kafkaSasl' | 'kafkaUser' | 'kafkaPassword'
>

/** TLS and SASL options for the brokers. `readSettings` has already validated the files and the combination of settings. */
export function kafkaSecurity(settings: KafkaSecuritySettings): KafkaSecurity {
  // One context for all connections: parsing hundreds of certificate authorities takes about 100 ms.
  const tls: KafkaSecurity = settings.kafkaTls ? { ssl: { secureContext: secureContext(settings) } } : {}
  const sasl = saslOptions(settings)
  return sasl ? { ...tls, sasl } : tls
}

function saslOptions({ kafkaSasl, kafkaUser, kafkaPassword }: KafkaSecuritySettings): SASLOptions | undefined {
  if (kafkaSasl === undefined || kafkaUser === undefined || kafkaPassword === undefined) return undefined
  return { mechanism: kafkaSasl, username: kafkaUser, password: kafkaPassword }
}

function secureContext({ kafkaCa, kafkaCert, kafkaKey }: KafkaSecuritySettings): SecureContext {
  return createSecureContext({
    ca: kafkaCa ? readFileSync(kafkaCa) : [...getCACertificates('default'), ...getCACertificates('system')],
    ...(kafkaCert && kafkaKey ? { cert: readFileSync(kafkaCert), key: readFileSync(kafkaKey) } : {}),
  })
}

/** Basic authentication for the schema registry, if configured. */
export function registryAuth({
  registryUser,
  registryPassword,
}: Pick<Settings, 'registryUser' | 'registryPassword'>): BasicAuth | undefined {
  return registryUser && registryPassword ? { username: registryUser, password: registryPassword } : undefined
}
