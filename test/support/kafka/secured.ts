import { execFile } from 'node:child_process'
import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { at } from '#runtime/core/checked.ts'
import { freePorts } from '../servers/java.ts'
import type { TestKafka } from '../servers/types.ts'
import { skip } from '../skip.ts'
import { type Properties, startKafkaFromJars } from './broker.ts'

export type SecuredKafka = TestKafka & {
  /** host:port for users with a password, over TLS. */
  readonly saslBrokers: string
  /** host:port for clients with a certificate. */
  readonly mutualTlsBrokers: string
  /** Paths of PEM files: the broker's CA, another CA, and a client's certificate with its key. */
  readonly files: { readonly ca: string; readonly otherCa: string; readonly cert: string; readonly key: string }
  readonly user: string
  readonly password: string
}

const [user, password] = ['wheel', 'turns-and-turns']

/**
 * One broker with two further listeners: SASL_SSL with each mechanism, and SSL with client certificates. The certificates are
 * made for this run, each signed by itself. undefined as for `startKafkaFromJars`.
 */
export async function startSecuredKafka(): Promise<SecuredKafka | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'flywheel-certificates-'))
  const file = (name: string): string => join(folder, name)
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true })
  try {
    await Promise.all(['broker', 'client', 'other'].map(name => makeCertificate(file(name))))
  } catch (error) {
    await remove()
    return skip('tests against a secured Kafka', `openssl cannot make certificates: ${String(error).slice(0, 300)}`)
  }
  await appendFile(file('broker.pem'), await readFile(file('broker.key')))
  const ports = await freePorts(2)
  const [users, holders] = [at(ports, 0), at(ports, 1)]
  const kafka = await startKafkaFromJars({
    brokers: 1,
    properties: usual => securedProperties(usual, { users, holders }, file),
    format: ['SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap(mechanism => [
      '--add-scram',
      `${mechanism}=[name=${user},password=${password}]`,
    ]),
  }).catch(async error => {
    await remove()
    throw error
  })
  if (!kafka) {
    await remove()
    return undefined
  }
  return {
    ...kafka,
    ...{ user, password, saslBrokers: `127.0.0.1:${users}`, mutualTlsBrokers: `127.0.0.1:${holders}` },
    files: { ca: file('broker.crt'), otherCa: file('other.crt'), cert: file('client.crt'), key: file('client.key') },
    stop: async () => {
      await kafka.stop()
      await remove()
    },
  }
}

/** Writes `path`.key and `path`.crt, for 127.0.0.1, and a copy of the certificate as `path`.pem, to which a broker's key is added. */
async function makeCertificate(path: string): Promise<void> {
  await promisify(execFile)('openssl', [
    ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2'],
    ...['-keyout', `${path}.key`, '-out', `${path}.crt`],
    ...['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'],
  ])
  await appendFile(`${path}.pem`, await readFile(`${path}.crt`))
}

function securedProperties(
  usual: Properties,
  { users, holders }: { readonly users: number; readonly holders: number },
  file: (name: string) => string,
): Properties {
  const listeners = `USERS://127.0.0.1:${users},HOLDERS://127.0.0.1:${holders}`
  const scram = 'org.apache.kafka.common.security.scram.ScramLoginModule required;'
  return {
    ...usual,
    listeners: `${usual.listeners},${listeners}`,
    'advertised.listeners': `${usual['advertised.listeners']},${listeners}`,
    'listener.security.protocol.map': `${usual['listener.security.protocol.map']},USERS:SASL_SSL,HOLDERS:SSL`,
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': file('broker.pem'),
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': file('client.crt'),
    'listener.name.holders.ssl.client.auth': 'required',
    'listener.name.users.sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
    'listener.name.users.scram-sha-256.sasl.jaas.config': scram,
    'listener.name.users.scram-sha-512.sasl.jaas.config': scram,
    'listener.name.users.plain.sasl.jaas.config': `org.apache.kafka.common.security.plain.PlainLoginModule required user_${user}="${password}";`,
  }
}
