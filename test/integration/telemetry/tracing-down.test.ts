import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { expect, test } from 'vitest'
import { root } from '#test/house/repository-files.ts'
import { temporaryFolder } from '#test/support/folder.ts'
import { setOtelEnvironment } from '#test/support/otel-environment.ts'
import { startOtlpCollector } from '#test/support/servers/otlp-collector.ts'
import { waitUntil } from '#test/support/wait-until.ts'
import { topic } from '#topology/topic-names.ts'
import { startTracedServices } from './tracing.support.ts'

/** Enough turns for the SDK to export while services run. */
const many = Array.from({ length: 200 }, (_none, at) => `turn-${at}`)

/** A port on which nothing listens. */
async function refusing() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  return { url: `http://127.0.0.1:${port}`, requests: undefined }
}

test.each([
  ['refuses', refusing],
  ['never answers', () => startOtlpCollector(() => {})],
  ['answers with an error', () => startOtlpCollector(response => response.writeHead(503).end())],
])('a collector that %s neither holds up the wheel nor its end', async (_what, start) => {
  const { url, requests } = await start()
  setOtelEnvironment({ OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_EXPORTER_OTLP_TIMEOUT: '500' })
  const { send, records, end } = await startTracedServices()
  await Promise.all(many.map(id => send(id)))
  await waitUntil('all turns are scored', async () => (await records(topic.scoredSamples)).length === many.length)
  if (requests) await waitUntil('an export was tried', () => requests.length > 0)
  await send('one more')
  await waitUntil('it is scored', async () => (await records(topic.scoredSamples)).length === many.length + 1)
  await end()
})

/** Opens and closes a runtime in its own process, and prints which modules of OpenTelemetry's SDK were loaded. */
function loadedBy(environment: Readonly<Record<string, string>>): readonly string[] {
  const program = `
    import { registerHooks } from 'node:module'
    const seen = new Set()
    registerHooks({ resolve(specifier, context, next) {
      const found = next(specifier, context)
      seen.add(found.url)
      return found
    } })
    const { readSettings } = await import('#runtime/config/config.ts')
    const { openRuntime } = await import('#runtime/host/open-runtime.ts')
    const runtime = await openRuntime(readSettings(process.env))
    await runtime.close()
    for (const url of seen) if (/@opentelemetry.(?!api)/.test(url)) console.log(url)`
  const inherited = Object.entries(process.env).filter(([name]) => !/^(OTEL|FLYWHEEL)_/.test(name))
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: root,
    env: { ...Object.fromEntries(inherited), FLYWHEEL_HOME: temporaryFolder(), ...environment },
    encoding: 'utf8',
  })
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  return stdout.split('\n').filter(line => line !== '')
}

test('the SDK is loaded when the environment asks for spans, and not otherwise', () => {
  expect(loadedBy({ OTEL_SERVICE_NAME: 'x', OTEL_TRACES_SAMPLER: 'always_on' })).toEqual([])
  const loaded = loadedBy({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' })
  expect(loaded.some(url => url.includes('sdk-trace'))).toBe(true)
})
