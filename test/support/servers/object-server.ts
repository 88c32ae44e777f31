import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { at } from '#runtime/core/checked.ts'
import { skip } from '../skip.ts'
import { cachedFolder } from './cache.ts'
import { freePorts, launchServer } from './java.ts'
import type { TestObjectServer } from './types.ts'

const version = 'v1.8.0'
const what = 'tests against a real S3 server'

/** versitygw, an S3 server that keeps a bucket as a folder; undefined, after a notice, where Go cannot build it. */
export async function startObjectServer(): Promise<TestObjectServer | undefined> {
  let program: string
  try {
    program = join(await cachedFolder(`versitygw-${version}`, build), 'versitygw')
  } catch (error) {
    return skip(what, `Go cannot build versitygw: ${String(error).slice(0, 300)}`)
  }
  const folder = await mkdtemp(join(tmpdir(), 'flywheel-objects-'))
  const buckets = join(folder, 'buckets')
  const sidecar = join(folder, 'metadata')
  for (const path of [buckets, sidecar]) await mkdir(path)
  const url = `http://127.0.0.1:${at(await freePorts(1), 0)}`
  const accessKeyId = 'flywheel-tests'
  const secretAccessKey = 'a-secret-of-the-tests'
  const { stop } = await launchServer({
    folder,
    command: [
      program,
      ...['--port', new URL(url).host, '--access', accessKeyId, '--secret', secretAccessKey, '--keep-alive', '--quiet'],
      ...['posix', '--sidecar', sidecar, buckets],
    ],
    ready: () =>
      fetch(url).then(
        () => true,
        () => false,
      ),
  })
  return { url, accessKeyId, secretAccessKey, buckets, stop }
}

/** The modules and the build cache take some GB, so they are deleted. */
async function build(folder: string): Promise<void> {
  const GOPATH = await mkdtemp(join(tmpdir(), 'flywheel-go-'))
  const env = {
    ...process.env,
    GOPATH,
    GOCACHE: join(GOPATH, 'cache'),
    GOBIN: folder,
    GOFLAGS: '-modcacherw',
    CGO_ENABLED: '0',
  }
  try {
    const source = `github.com/versity/versitygw/cmd/versitygw@${version}`
    await promisify(execFile)('go', ['install', '-trimpath', '-ldflags', '-s -w', source], { env, maxBuffer: 2 ** 26 })
  } finally {
    await rm(GOPATH, { recursive: true, force: true })
  }
}
