import { describe, expect, test } from 'vitest'
import { openHttpRegistry } from '#runtime/registry/http.ts'
import { registryContract } from '#test/contract/registry.suite.ts'
import { freePorts } from '#test/support/java.ts'
import { sharedRegistry } from '#test/support/servers.ts'

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
