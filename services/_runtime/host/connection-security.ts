import { readFileSync } from 'node:fs'
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls'
import type { SASLOptions } from 'kafkajs'
import type { Settings } from '../config/config.ts'
import type { KafkaSecurity } from '../log/kafka/connection/client.ts'
import type { BasicAuth } from '../registry/http.ts'

type KafkaSecuritySettings = Pick<
  Settings,
  'kafkaTls' | 'kafkaCa' | 'kafkaCert' | 'kafkaKey' | 'kafkaSasl' | 'kafkaUser' | 'kafkaPassword'
>

/** TLS and SASL for the brokers. `readSettings` has checked the files and that the settings are complete. */
export function kafkaSecurity(settings: KafkaSecuritySettings): KafkaSecurity {
  // One context for all connections: parsing hundreds of certificate authorities takes a tenth of a second.
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

/** Basic authentication at the registry, where the settings name a user. */
export function registryAuth({
  registryUser,
  registryPassword,
}: Pick<Settings, 'registryUser' | 'registryPassword'>): BasicAuth | undefined {
  return registryUser && registryPassword ? { username: registryUser, password: registryPassword } : undefined
}
