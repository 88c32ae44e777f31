import { createServer, request } from 'node:http'
import { describe, expect, onTestFinished, test } from 'vitest'
import { openHttpRegistry } from '#runtime/registry/http.ts'
import { registryContract } from '#test/contract/registry/suite.ts'
import { freePorts } from '#test/support/servers/java.ts'
import { sharedRegistry } from '#test/support/servers/shared-servers.ts'

const server = await sharedRegistry()
const url = server?.url ?? ''
const schema = {
  type: 'record',
  name: 'Told',
  namespace: 'flywheel',
  doc: 'Why.',
  fields: [{ name: 'a', type: 'string' }],
}

describe.skipIf(!server)('with a real registry', () => {
  registryContract('the schema registry over HTTP', async () => openHttpRegistry(url))

  test('a schema comes back as it was written, to whoever asks', async () => {
    const id = await openHttpRegistry(url).register('told-value', schema, 'FULL')
    expect(await openHttpRegistry(`${url}/`).schema(id)).toEqual(schema)
  })

  test('the level given is the one that counts, also where the subject has another', async () => {
    const registry = openHttpRegistry(url)
    const named = { ...schema, name: 'Changed' }
    const other = { ...named, fields: [{ name: 'b', type: 'int' }] }
    await registry.register('changed-value', named, 'FULL')
    await expect(registry.register('changed-value', other, 'BACKWARD')).rejects.toMatchObject({ code: 'FLY_SCHEMA' })
    await registry.register('changed-value', other, 'NONE')
  })

  test('user and password open a guarded one, for all that is asked; others are told which settings to correct', async () => {
    const guarded = await guard('wheel', 'turns-and-turns')
    const named = { ...schema, name: 'Guarded' }
    const registry = openHttpRegistry(guarded, { username: 'wheel', password: 'turns-and-turns' })
    const id = await registry.register('guarded-value', named, 'FULL')
    await registry.register('guarded-value', { ...named, fields: [{ name: 'b', type: 'int' }] }, 'NONE')
    expect(await openHttpRegistry(url).schema(id)).toEqual(named)
    for (const auth of [undefined, { username: 'wheel', password: 'turns-not-at-all' }]) {
      const refused = await openHttpRegistry(guarded, auth)
        .schema(id)
        .catch((fault: Error) => fault)
      expect(refused).toMatchObject({
        code: 'FLY_CONFIG',
        message: expect.stringContaining('FLYWHEEL_REGISTRY_PASSWORD'),
      })
      expect(JSON.stringify(refused)).not.toContain('turns-')
    }
  })

  test('what is no Avro schema is FLY_SCHEMA', async () => {
    const wrong = openHttpRegistry(url).register('wrong-value', { type: 'nonsense' }, 'NONE')
    await expect(wrong).rejects.toMatchObject({ code: 'FLY_SCHEMA' })
  })
})

test('a registry that is not there is FLY_REGISTRY, which says where it was looked for', async () => {
  const [port] = await freePorts(1)
  const registry = openHttpRegistry(`http://127.0.0.1:${port}`)
  const fault = { code: 'FLY_REGISTRY', message: expect.stringContaining(`127.0.0.1:${port}`) }
  await expect(registry.register('x-value', schema, 'FULL')).rejects.toMatchObject(fault)
  await expect(registry.schema(1)).rejects.toMatchObject(fault)
})

/** The real registry behind one that asks for a user and a password. Returns its URL. */
async function guard(username: string, password: string): Promise<string> {
  const expected = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
  const { origin, pathname } = new URL(url)
  const server = createServer((asked, answer) => {
    if (asked.headers.authorization !== expected) return answer.writeHead(401).end('{"message":"who are you?"}')
    const { method, headers } = asked
    const onward = request(origin + asked.url, { method, headers }, found => {
      answer.writeHead(found.statusCode ?? 500, found.headers)
      found.pipe(answer)
    })
    return asked.pipe(onward)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${(server.address() as { port: number }).port}${pathname}`
}
