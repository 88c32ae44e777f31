import { randomBytes } from 'node:crypto'
import { mkdir, readdir, rm, truncate, utimes } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { CreateMultipartUploadCommand, ListMultipartUploadsCommand } from '@aws-sdk/client-s3'
import { beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import type { SweepableStore } from '#runtime/objects/object-store.ts'
import { openObjects } from '#runtime/objects/open-objects.ts'
import { openS3Store } from '#runtime/objects/s3.ts'
import { openS3Client, parseS3Location } from '#runtime/objects/s3-bucket.ts'
import { freePorts } from '#test/support/servers/java.ts'
import { sharedObjectServer } from '#test/support/servers/shared-servers.ts'
import { objectStoreContract } from './suite.ts'

const server = await sharedObjectServer()
const home = '/nowhere'
const bucket = `objects-${randomBytes(6).toString('hex')}`
const objects = `s3://${bucket}/a/deployment`
/** Where the server keeps the objects with this prefix. */
const folder = join(server?.buckets ?? '', bucket, 'a', 'deployment')

/** Region, endpoint and credentials, as AWS names them. Changes end with the test. */
function setEnvironment(changes: Readonly<Record<string, string | undefined>> = {}): void {
  const variables = {
    ...{ AWS_REGION: 'us-east-1', AWS_ENDPOINT_URL_S3: server?.url },
    ...{ AWS_ACCESS_KEY_ID: server?.accessKeyId, AWS_SECRET_ACCESS_KEY: server?.secretAccessKey },
    ...{ AWS_CONFIG_FILE: '/nowhere', AWS_SHARED_CREDENTIALS_FILE: '/nowhere', AWS_EC2_METADATA_DISABLED: 'true' },
    ...changes,
  }
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value)
  onTestFinished(() => void vi.unstubAllEnvs())
}

async function openStore(): Promise<SweepableStore> {
  setEnvironment()
  return openObjects({ home, objects })
}

describe.skipIf(!server)('with a real S3 server', () => {
  beforeAll(() => mkdir(join(server?.buckets ?? '', bucket), { recursive: true }))

  objectStoreContract('the object store in a bucket', {
    open: openStore,
    setAge: async (digest, hours) => {
      const time = new Date(Date.now() - hours * 3_600_000)
      for (const path of [join(folder, 'objects', digest), join(folder, 'trash', digest)])
        await utimes(path, time, time).catch(() => undefined)
    },
  })

  test('much is sent in parts, and nothing of it is left over where another writer was faster', async () => {
    const store = await openStore()
    const content = randomBytes(40_000_000)
    const digests = await Promise.all([store.put(content), store.put(content), store.put(content)])
    expect(new Set(digests).size).toBe(1)
    expect(Buffer.from(await store.get(String(digests[0]))).equals(content)).toBe(true)
    const { Uploads = [] } = await openS3Client().send(new ListMultipartUploadsCommand({ Bucket: bucket }))
    expect(Uploads).toEqual([])
  })

  test('what a writer left in the middle is deleted once it is old', async () => {
    const store = await openStore()
    const client = openS3Client()
    const key = `a/deployment/objects/${'a'.repeat(64)}`
    await client.send(new CreateMultipartUploadCommand({ Bucket: bucket, Key: key }))
    const unfinished = async () =>
      (await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }))).Uploads?.map(({ Key }) => Key)
    await store.deleteUnfinished(Date.now() - 3_600_000)
    expect(await unfinished()).toEqual([key])
    await store.deleteUnfinished(Date.now() + 3_600_000)
    expect(await unfinished()).toBeUndefined()
  })

  test('a damaged object is refused, and mended by putting it again where its size shows it', async () => {
    const store = await openStore()
    const content = randomBytes(100)
    const digest = await store.put(content)
    await truncate(join(folder, 'objects', digest), 3)
    await expect(store.get(digest)).rejects.toMatchObject({
      code: 'FLY_OBJECT',
      message: `object ${digest} is damaged`,
    })
    await store.put(content)
    expect(Buffer.from(await store.get(digest)).equals(content)).toBe(true)
  })

  test('a bucket that can be used is accepted, again and again, by processes that start together', async () => {
    setEnvironment()
    const url = `s3://${bucket}/empty`
    const stores = await Promise.all(Array.from({ length: 8 }, () => openObjects({ home, objects: url })))
    for (const store of [...stores, await openObjects({ home, objects: url })])
      expect(await Array.fromAsync(store.list())).toEqual([])
    expect(await readdir(join(server?.buckets ?? '', bucket, 'empty'))).toEqual(['conditional-writes'])
  })

  test('namespaces on one bucket do not see the objects of each other, whatever they are called', async () => {
    setEnvironment()
    const digests: string[] = []
    const stores: SweepableStore[] = []
    for (const namespace of [undefined, 'trash', 'objects', 'blue']) {
      const store = await openObjects({ home, objects: `s3://${bucket}/shared`, namespace })
      digests.push(await store.put(randomBytes(10)))
      stores.push(store)
    }
    for (const [index, store] of stores.entries()) {
      const listed = await Array.fromAsync(store.list())
      expect(listed.map(({ digest }) => digest)).toEqual([digests[index]])
    }
  })

  test('a bucket that is deleted while services run is FLY_STORE, not missing objects', async () => {
    setEnvironment()
    const doomed = join(server?.buckets ?? '', `${bucket}-doomed`)
    await mkdir(doomed)
    const store = await openObjects({ home, objects: `s3://${bucket}-doomed` })
    const digest = await store.put(randomBytes(10))
    await rm(doomed, { recursive: true })
    await expect(store.get(digest)).rejects.toMatchObject({ code: 'FLY_STORE' })
    await expect(store.put(randomBytes(10))).rejects.toMatchObject({ code: 'FLY_STORE' })
  })

  test.each([
    ['a bucket that is missing', {}, 's3://no-such-bucket', 'FLY_CONFIG', /no bucket no-such-bucket: create it/],
    [
      'a wrong key',
      { AWS_ACCESS_KEY_ID: 'nobody' },
      objects,
      'FLY_CONFIG',
      /refuses the credentials.*AWS_ACCESS_KEY_ID/,
    ],
    ['a wrong secret', { AWS_SECRET_ACCESS_KEY: 'wrong' }, objects, 'FLY_CONFIG', /refuses the credentials/],
    [
      'no credentials',
      { AWS_ACCESS_KEY_ID: undefined },
      objects,
      'FLY_CONFIG',
      /there are no credentials: set AWS_ACCESS_KEY_ID/,
    ],
    ['no region', { AWS_REGION: undefined }, objects, 'FLY_CONFIG', /set AWS_REGION/],
    [
      'a server that is away',
      { AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:1' },
      objects,
      'FLY_STORE',
      /at http:\/\/127\.0\.0\.1:1 cannot be reached \(ECONNREFUSED.*correct AWS_ENDPOINT_URL_S3/,
    ],
  ])('%s is named, with the way out', async (_what, environment, url, code, message) => {
    setEnvironment(environment)
    const refused = await openObjects({ home, objects: url }).catch((error: Error) => error)
    expect(refused).toMatchObject({ code, message: expect.stringMatching(message) })
    expect(String(refused)).not.toContain(server?.secretAccessKey)
  })
})

/** An S3 server that answers every request so. */
async function fakeServer(status: number): Promise<string> {
  const fake = createServer((request, response) => {
    request.resume().on('end', () => response.writeHead(status).end())
  })
  await new Promise<void>(resolve => fake.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    fake.close()
    fake.closeAllConnections()
  })
  return `http://127.0.0.1:${(fake.address() as AddressInfo).port}`
}
const anyCredentials = { AWS_ACCESS_KEY_ID: 'key', AWS_SECRET_ACCESS_KEY: 'secret' }

test.each([200, 501])('a bucket without conditional writes (%i) is refused', async status => {
  setEnvironment({ ...anyCredentials, AWS_ENDPOINT_URL_S3: await fakeServer(status) })
  await expect(openObjects({ home, objects })).rejects.toMatchObject({
    code: 'FLY_CONFIG',
    message: expect.stringContaining(`the server of bucket ${bucket} has no conditional writes`),
  })
})

test('a server that is away while services run is FLY_STORE, which is tried again', async () => {
  const [port] = await freePorts(1)
  setEnvironment({ ...anyCredentials, AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${port}` })
  const store = openS3Store(openS3Client(), parseS3Location(objects, undefined))
  const fault = { code: 'FLY_STORE', message: expect.stringContaining('ECONNREFUSED') }
  await expect(store.put(randomBytes(10))).rejects.toMatchObject(fault)
  await expect(store.get('a'.repeat(64))).rejects.toMatchObject(fault)
  await expect(store.has('a'.repeat(64))).rejects.toMatchObject(fault)
  await expect(Array.fromAsync(store.list())).rejects.toMatchObject(fault)
})
