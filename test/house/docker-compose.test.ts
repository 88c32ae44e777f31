import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { readSettings, settingsTable } from '#runtime/config/config.ts'
import { serviceDefinitions, serviceNames } from '#topology/derive/definitions.ts'
import { root } from './repository-files.ts'

type Container = {
  readonly image: string
  readonly command?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  readonly ports?: readonly string[]
  readonly volumes?: readonly string[]
  readonly healthcheck?: { readonly test: readonly string[] }
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>
}

const file = `${root}docker-compose.yml`
const { services, volumes }: { services: Readonly<Record<string, Container>>; volumes: object } = parse(
  readFileSync(file, 'utf8'),
  { merge: true },
)
const key = 'a-key-of-at-least-16-characters'
const parts = ['kafka', 'registry', 'objects', 'topics']
const containers = serviceNames.map(name => [name, services[name]] as const)

test('docker-compose.yml has the services of the map, in its order, beside the parts they need', () => {
  expect(Object.keys(services)).toEqual([...parts, ...serviceNames])
})

describe.each(containers)('%s', (name, container) => {
  const port = 8600 + serviceDefinitions[name].port

  test('starts its own main.ts', () => expect(container?.command).toEqual(['node', `services/${name}/main.ts`]))

  test('is published on loopback under the port of the map, and asked there whether it is ready', () => {
    expect(container?.ports).toEqual([`127.0.0.1:${port}:${port}`])
    expect(container?.healthcheck?.test.at(-1)).toBe(`http://127.0.0.1:${port}/ready`)
  })

  test('waits for Kafka, the registry, the S3 server and its topics', () => {
    expect(container?.depends_on).toEqual({
      kafka: { condition: 'service_healthy' },
      registry: { condition: 'service_healthy' },
      objects: { condition: 'service_healthy' },
      topics: { condition: 'service_completed_successfully' },
    })
  })
})

describe('settings', () => {
  const known = settingsTable.map(({ variable }) => variable)

  test.each([...containers, ['topics', services.topics] as const])(
    'of %s are known, whole and accepted',
    (_name, container) => {
      const environment = container?.environment ?? {}
      const own = Object.keys(environment).filter(variable => !variable.startsWith('AWS_'))
      expect(known).toEqual(expect.arrayContaining(own))
      expect(environment.FLYWHEEL_API_KEY).toMatch(/^\$\{FLYWHEEL_API_KEY:\?.+\}$/)
      const given = Object.entries(environment).map(([variable, value]) => [
        variable,
        value.replace(/^\$\{.*:-(.*)\}$/, '$1'),
      ])
      const settings = readSettings({ ...Object.fromEntries(given), FLYWHEEL_API_KEY: key })
      expect(settings).toMatchObject({ home: '/data', port: 8600, host: '0.0.0.0' })
      expect(settings.ingestUrl).toBe(`http://ingest:${8600 + serviceDefinitions.ingest.port}`)
      const endpoint = environment.AWS_ENDPOINT_URL_S3
      for (const url of [settings.registry, settings.ingestUrl, `kafka://${settings.kafka}`, endpoint])
        expect(Object.keys(services)).toContain(new URL(url ?? '').hostname)
    },
  )
})

test('the services have the key of the S3 server, and its bucket is a volume', () => {
  const { environment, volumes: mounted } = services.objects ?? {}
  for (const [, container] of containers)
    expect(container?.environment).toMatchObject({
      AWS_ACCESS_KEY_ID: environment?.ROOT_ACCESS_KEY,
      AWS_SECRET_ACCESS_KEY: environment?.ROOT_SECRET_KEY,
      FLYWHEEL_OBJECTS: `s3://${mounted?.[0]?.split('/').at(-1)}`,
    })
})

test('nothing is published beyond this machine, no port twice, no image without a version', () => {
  const published = Object.values(services).flatMap(({ ports }) => ports ?? [])
  expect(published.filter(port => !/^127\.0\.0\.1:\d+:\d+$/.test(port))).toEqual([])
  expect(new Set(published).size).toBe(published.length)
  for (const { image } of Object.values(services)) expect(image).toMatch(/:(v?\d|local$)/)
})

test('volumes that are mounted exist', () => {
  const mounted = Object.values(services).flatMap(container => container.volumes ?? [])
  expect(Object.keys(volumes).sort()).toEqual([...new Set(mounted.map(volume => volume.split(':', 1)[0]))].sort())
})

const compose = (...args: readonly string[]): string =>
  execFileSync('docker', ['compose', ...args], {
    env: { ...process.env, FLYWHEEL_API_KEY: key },
    stdio: 'pipe',
  }).toString()
const hasCompose = ((): boolean => {
  try {
    return compose('version') !== ''
  } catch {
    return false
  }
})()

test.skipIf(!hasCompose)('docker compose accepts the file', () => {
  const config = JSON.parse(compose('-f', file, 'config', '--format', 'json'))
  expect(Object.keys(config.services).sort()).toEqual([...parts, ...serviceNames].sort())
})
