import { spawnSync } from 'node:child_process'
import { afterAll, describe, expect, test } from 'vitest'
import { readSettings } from '#runtime/config/config.ts'
import { kafkaSecurity } from '#runtime/host/connection-security.ts'
import { countRecords } from '#runtime/log/count-records.ts'
import type { EventLog } from '#runtime/log/event-log.ts'
import { openKafkaLog } from '#runtime/log/kafka/kafka-log.ts'
import {
  consume,
  createTopic,
  openForTest,
  readAll,
  record,
  textOf,
  texts,
  uniqueName,
} from '#test/contract/event-log/support.ts'
import { startSecuredKafka } from '#test/support/kafka/secured.ts'
import { waitUntil } from '#test/support/wait-until.ts'

const kafka = await startSecuredKafka()
afterAll(() => kafka?.stop())

const { files, user, password = '', saslBrokers = '', mutualTlsBrokers = '', brokers = '' } = kafka ?? {}
type Environment = Record<string, string | undefined>

const overTls = { FLYWHEEL_KAFKA_TLS: 'true', FLYWHEEL_KAFKA_CA: files?.ca }
const asUser = {
  FLYWHEEL_KAFKA_SASL: 'scram-sha-512',
  FLYWHEEL_KAFKA_USER: user,
  FLYWHEEL_KAFKA_PASSWORD: password,
}
const asHolder = { FLYWHEEL_KAFKA_CERT: files?.cert, FLYWHEEL_KAFKA_KEY: files?.key }

const open = (at: string, environment: Environment): Promise<EventLog> => {
  const security = kafkaSecurity(readSettings(environment))
  return openKafkaLog({ brokers: [at], clientId: 'test', replication: 1, security })
}

describe.skipIf(!kafka)('a listener that is secured', () => {
  test.each<[string, string, Environment]>([
    ['SASL_SSL and plain', saslBrokers, { ...overTls, ...asUser, FLYWHEEL_KAFKA_SASL: 'plain' }],
    ['SASL_SSL and scram-sha-256', saslBrokers, { ...overTls, ...asUser, FLYWHEEL_KAFKA_SASL: 'scram-sha-256' }],
    ['SASL_SSL and scram-sha-512', saslBrokers, { ...overTls, ...asUser }],
    ['mutual TLS', mutualTlsBrokers, { ...overTls, ...asHolder }],
  ])('what is consumed and what follows from it are committed together: %s', async (_how, at, environment) => {
    const { log } = await openForTest(async () => ({ log: await open(at, environment) }))
    const [input, output, group] = [await createTopic(log, 3), await createTopic(log, 3), uniqueName('group')]
    await log.append(Array.from({ length: 100 }, (_none, number) => record(input, `key-${number}`, number)))
    const copy = { log, group, input, output }
    await copyAll(copy, 100)
    await log.append([record(input, 'one', 'more')])
    await copyAll(copy, 1)
    await waitUntil('all is visible', async () => (await countRecords(log, output)) >= 101)
    expect(new Set(texts(await readAll(log, [output]))).size).toBe(101)
    expect((await log.lag(group, [input])).map(({ records }) => records)).toEqual([0, 0, 0])
  })

  const wrongPassword = { ...overTls, ...asUser, FLYWHEEL_KAFKA_PASSWORD: 'turns-not-at-all' }
  test.each<[string, string, Environment, 'FLY_CONFIG' | 'FLY_BROKER', RegExp]>([
    ['a wrong password', saslBrokers, wrongPassword, 'FLY_CONFIG', /refuse user wheel: correct FLYWHEEL_KAFKA_USER/],
    [
      'a wrong password sent plainly',
      saslBrokers,
      { ...wrongPassword, FLYWHEEL_KAFKA_SASL: 'plain' },
      'FLY_CONFIG',
      /refuse user wheel: correct FLYWHEEL_KAFKA_USER/,
    ],
    [
      'brokers that someone else signed',
      saslBrokers,
      { ...overTls, ...asUser, FLYWHEEL_KAFKA_CA: files?.otherCa },
      'FLY_CONFIG',
      /certificate .* is not trusted: set FLYWHEEL_KAFKA_CA to/,
    ],
    [
      'brokers that nobody known has signed',
      saslBrokers,
      { FLYWHEEL_KAFKA_TLS: 'true', ...asUser },
      'FLY_CONFIG',
      /certificate .* is not trusted: set FLYWHEEL_KAFKA_CA to/,
    ],
    [
      'no certificate of its own',
      mutualTlsBrokers,
      overTls,
      'FLY_CONFIG',
      /do not trust our certificate: .*KAFKA_CERT/,
    ],
    [
      'plain text where TLS is wanted',
      saslBrokers,
      asUser,
      'FLY_BROKER',
      /close the connection: set FLYWHEEL_KAFKA_TLS/,
    ],
    ['TLS where plain text is wanted', brokers, overTls, 'FLY_BROKER', /close the connection: set FLYWHEEL_KAFKA_TLS/],
    ['no user where one is wanted', saslBrokers, overTls, 'FLY_BROKER', /close the connection: .*FLYWHEEL_KAFKA_SASL/],
    [
      'a user where none is wanted',
      brokers,
      asUser,
      'FLY_BROKER',
      /do not use SASL on this listener: unset FLYWHEEL_KAFKA_SASL/,
    ],
  ])('refuses, and tells what to do: %s', async (_what, at, environment, code, message) => {
    const opening = open(at, environment)
    await expect(opening).rejects.toMatchObject({ code, message: expect.stringMatching(message) })
    // One line, for a person.
    await expect(opening).rejects.toMatchObject({ message: expect.not.stringContaining('\n') })
  })

  test('a password is in nothing that is said, however much is said', () => {
    const said = ['topics plan', 'topics plan --help', '--help', 'up'].map(command => {
      const { status, stdout, stderr } = spawnSync(process.execPath, ['services/_cli/main.ts', ...command.split(' ')], {
        encoding: 'utf8',
        env: {
          ...process.env,
          ...wrongPassword,
          FLYWHEEL_KAFKA: saslBrokers,
          FLYWHEEL_REGISTRY: 'http://127.0.0.1:1',
          FLYWHEEL_REGISTRY_USER: 'wheel',
          FLYWHEEL_REGISTRY_PASSWORD: 'turns-nowhere',
          FLYWHEEL_LOG_LEVEL: 'debug',
        },
      })
      return { status, text: stdout + stderr }
    })
    expect(said.map(({ status }) => status)).toEqual([1, 0, 0, 1])
    for (const { text } of said) expect(text).not.toMatch(/turns-/)
    expect(said[0]?.text).toContain('FLY_CONFIG')
  })
})

type Copy = { readonly log: EventLog; readonly group: string; readonly input: string; readonly output: string }

const copyAll = ({ log, group, input, output }: Copy, count: number): Promise<unknown> =>
  consume(log, group, [input], count, records => records.map(one => record(output, 'copy', textOf(one))))
