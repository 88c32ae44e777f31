import { execFile } from 'node:child_process'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { skip } from '../skip.ts'
import { dockerRegistry } from './docker.ts'
import { fetchWithMaven, freePorts, javaProblem, launchServer } from './java.ts'
import type { TestRegistry } from './types.ts'

/** 2.6 is the last series that runs on Java 17; its Confluent-compatible API is used. */
export const apicurio = { version: '2.6.13.Final', path: '/apis/ccompat/v7' } as const

/** A real schema registry for tests: in Docker, else from Maven's jars; undefined, after a notice, where neither is possible. */
export async function startRegistry(): Promise<TestRegistry | undefined> {
  const inDocker = await dockerRegistry()
  if (inDocker) return inDocker
  const problem = await javaProblem()
  if (problem) return skip('tests against a real schema registry', `no Docker engine answers and ${problem}`)
  const { version, path } = apicurio
  let app: string
  try {
    app = await fetchWithMaven(
      `apicurio-${version}`,
      folder => [
        'dependency:copy',
        `-Dartifact=io.apicurio:apicurio-registry-app:${version}:tar.gz:all`,
        `-DoutputDirectory=${folder}`,
      ],
      unpack,
    )
  } catch (error) {
    return skip(
      'tests against a real schema registry',
      `Maven cannot fetch the registry: ${String(error).slice(0, 300)}`,
    )
  }
  const folder = await mkdtemp(join(tmpdir(), 'flywheel-registry-'))
  const [port] = await freePorts(1)
  const url = `http://127.0.0.1:${port}${path}`
  const { stop } = await launchServer({
    folder,
    cwd: app,
    command: [
      'java',
      ...['-Xmx512m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Dquarkus.log.level=WARN'],
      ...['-Dquarkus.http.host=127.0.0.1', `-Dquarkus.http.port=${port}`],
      ...['-jar', `apicurio-registry-app-${version}-runner.jar`],
    ],
    ready: () =>
      fetch(`${url}/subjects`).then(
        response => response.ok,
        () => false,
      ),
  })
  return { url, stop }
}

async function unpack(folder: string): Promise<void> {
  for (const file of await readdir(folder)) {
    await promisify(execFile)('tar', ['-xzf', join(folder, file), '-C', folder])
    await rm(join(folder, file))
  }
}
