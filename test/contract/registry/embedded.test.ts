import { expect, test } from 'vitest'
import { createEmbeddedRegistry } from '#runtime/registry/embedded.ts'
import { openDataFile } from '#runtime/sqlite/data-file.ts'
import { temporaryFolder } from '#test/support/folder.ts'
import { registryContract } from './suite.ts'

function openRegistry(folder = temporaryFolder()) {
  const file = openDataFile(folder)
  return { ...createEmbeddedRegistry(file.db), close: async () => file.close() }
}

registryContract('the embedded schema registry', async () => openRegistry())

const schema = { type: 'record', name: 'Kept', fields: [{ name: 'a', type: 'string' }] }

test('a schema has one number under all subjects, whatever the order of its attributes', async () => {
  const registry = openRegistry()
  const id = await registry.register('one-value', schema, 'BACKWARD')
  const { type, name, fields } = schema
  expect(await registry.register('two-value', { fields, name, type }, 'FULL')).toBe(id)
  await registry.close()
})

test('numbers outlive the process', async () => {
  const folder = temporaryFolder()
  const first = openRegistry(folder)
  const id = await first.register('one-value', schema, 'BACKWARD')
  await first.close()
  const second = openRegistry(folder)
  expect(await second.register('one-value', schema, 'BACKWARD')).toBe(id)
  expect(await second.schema(id)).toEqual(schema)
  await second.close()
})

test('what is no Avro schema is FLY_SCHEMA', async () => {
  const registry = openRegistry()
  await expect(registry.register('x-value', { type: 'nonsense' }, 'NONE')).rejects.toMatchObject({ code: 'FLY_SCHEMA' })
  await registry.close()
})
