import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readSettings, toEnvironment } from '#runtime/config/config.ts'
import { temporaryFolder } from '#test/support/folder.ts'
import { namespacePrefix } from '#topology/derive/names.ts'
import { requiredTopics } from '#topology/derive/required-topics.ts'

test('defaults suffice', () => {
  expect(readSettings({})).toMatchObject({ host: '127.0.0.1', port: 8600, home: './.flywheel' })
})

test('every problem is named at once: unknown names with our prefix, malformed values, a missing partner', () => {
  const read = () =>
    readSettings({
      FLYWHEEL_PROT: '1',
      FLYWHEEL_PORT: 'http',
      FLYWHEEL_KAFKA: 'localhost:9092',
      PATH: '/bin',
      HOME: '/root',
    })
  expect(read).toThrow(/FLYWHEEL_PROT: no such setting/)
  expect(read).toThrow(/FLYWHEEL_PORT/)
  expect(() => readSettings({ FLYWHEEL_KAFKA: 'localhost:9092' })).toThrow(
    /FLYWHEEL_REGISTRY: needed with FLYWHEEL_KAFKA/,
  )
})

test.each(['a/b', 'wheel ', 'ü', '', '__wheel', 'x'.repeat(201)])(
  'a namespace that Kafka would refuse: %j',
  namespace => {
    expect(() => readSettings({ FLYWHEEL_NAMESPACE: namespace })).toThrow(
      /FLYWHEEL_NAMESPACE: give at most 200 letters, digits, dots, underscores and hyphens/,
    )
  },
)

test.each(['bucket', 's3://', 's3://Bucket', 's3://b', 's3://bucket/a b', 's3://bucket//a', 'https://bucket/a'])(
  'an address of objects that is no bucket of S3: %j',
  objects => {
    expect(() => readSettings({ FLYWHEEL_OBJECTS: objects })).toThrow(
      /FLYWHEEL_OBJECTS: give s3:\/\/BUCKET or s3:\/\/BUCKET\/PREFIX/,
    )
  },
)

test('with the longest namespace every topic has a name that Kafka takes', () => {
  const { namespace } = readSettings({ FLYWHEEL_NAMESPACE: 'x'.repeat(200) })
  const lengths = requiredTopics().map(({ name }) => (namespacePrefix(namespace) + name).length)
  expect(Math.max(...lengths)).toBeLessThanOrEqual(249)
})

test('options of the command line go before the environment', () => {
  expect(readSettings({ FLYWHEEL_PORT: '1000' }, { port: 2000, home: undefined }).port).toBe(2000)
})

test('another process gets the same settings', () => {
  const settings = readSettings({
    FLYWHEEL_API_KEY: 'a-key-of-some-length',
    FLYWHEEL_KAFKA: 'a:1',
    FLYWHEEL_REGISTRY: 'http://r:1',
    FLYWHEEL_REGISTRY_USER: 'wheel',
    FLYWHEEL_REGISTRY_PASSWORD: 'turns',
    FLYWHEEL_KAFKA_TLS: 'yes',
    FLYWHEEL_KAFKA_SASL: 'scram-sha-512',
    FLYWHEEL_KAFKA_USER: 'wheel',
    FLYWHEEL_KAFKA_PASSWORD: 'turns, and = turns',
  })
  expect(settings.kafkaTls).toBe(true)
  expect(readSettings(toEnvironment(settings))).toEqual(settings)
})

describe('settings of the connection that do not go together are named, each with what is missing', () => {
  test.each<[string, Record<string, string>, RegExp]>([
    ['SASL alone', { KAFKA_SASL: 'plain' }, /KAFKA_USER: needed .*KAFKA_SASL; set it; .*KAFKA_PASSWORD: needed/],
    ['a password alone', { KAFKA_PASSWORD: 'turns' }, /KAFKA_SASL: needed with FLYWHEEL_KAFKA_PASSWORD; set it/],
    ['a CA without TLS', { KAFKA_CA: '/dev/null' }, /KAFKA_TLS: needed with FLYWHEEL_KAFKA_CA; set it/],
    ['TLS that is off', { KAFKA_CA: '/dev/null', KAFKA_TLS: 'off' }, /KAFKA_TLS: needed with FLYWHEEL_KAFKA_CA/],
    ['a key alone', { KAFKA_KEY: '/dev/null', KAFKA_TLS: 'on' }, /KAFKA_CERT: needed with FLYWHEEL_KAFKA_KEY; set it/],
    [
      'a user of the registry alone',
      { REGISTRY_USER: 'wheel' },
      /REGISTRY_PASSWORD: needed with FLYWHEEL_REGISTRY_USER/,
    ],
    ['an unknown mechanism', { KAFKA_SASL: 'gssapi' }, /FLYWHEEL_KAFKA_SASL: .*"plain"\|"scram-sha-256"/],
    [
      'secrets in a URL',
      { REGISTRY: 'http://wheel:turns@r:1' },
      /REGISTRY: give user and password in FLYWHEEL_REGISTRY_USER/,
    ],
    ['a key of nobody', { MODEL: 'm', MODEL_KEY: 'turns' }, /MODEL_URL: needed with FLYWHEEL_MODEL_KEY; set it/],
    [
      'half a price',
      { MODEL: 'm', MODEL_INPUT_PRICE: '3' },
      /MODEL_OUTPUT_PRICE: needed with FLYWHEEL_MODEL_INPUT_PRICE/,
    ],
    [
      'a key in a URL',
      { MODEL: 'm', MODEL_URL: 'http://turns@m/v1' },
      /FLYWHEEL_MODEL_URL: give the key in FLYWHEEL_MODEL_KEY/,
    ],
    ['brokers without ports', { KAFKA: 'kafka' }, /FLYWHEEL_KAFKA: give host:port, several separated by commas/],
  ])('%s', (_what, given, message) => {
    const environment = Object.fromEntries(Object.entries(given).map(([name, value]) => [`FLYWHEEL_${name}`, value]))
    expect(() => readSettings(environment)).toThrow(message)
    expect(() => readSettings(environment)).not.toThrow(/turns/)
  })
})

describe('PEM files', () => {
  test('that cannot be read or hold something else are named, with what they should hold', () => {
    const empty = join(temporaryFolder(), 'empty.pem')
    writeFileSync(empty, '')
    const read = () =>
      readSettings({
        FLYWHEEL_KAFKA_TLS: 'true',
        FLYWHEEL_KAFKA_CA: '/nowhere/ca.pem',
        FLYWHEEL_KAFKA_CERT: empty,
        FLYWHEEL_KAFKA_KEY: empty,
      })
    expect(read).toThrow(/FLYWHEEL_KAFKA_CA: cannot read \/nowhere\/ca\.pem \(ENOENT\)/)
    expect(read).toThrow(/FLYWHEEL_KAFKA_CERT: .*empty\.pem holds no certificate in PEM/)
    expect(read).toThrow(/FLYWHEEL_KAFKA_KEY: .*empty\.pem holds no private key without a passphrase in PEM/)
  })
})
