import { expect, test } from 'vitest'
import { systemClock } from '#runtime/core/clock.ts'
import { openEmbeddedLogAndRegistry } from '#runtime/log/embedded/embedded-log.ts'
import { temporaryFolder } from '#test/support/folder.ts'
import { registryContract } from './suite.ts'

registryContract('the embedded schema registry', async () => {
  const { log, registry } = openEmbeddedLogAndRegistry(temporaryFolder(), { clock: systemClock })
  return { ...registry, close: () => log.close() }
})

const schema = { type: 'record', name: 'Kept', fields: [{ name: 'a', type: 'string' }] }

test('a schema has one number under all subjects, whatever the order of its attributes', async () => {
  const { log, registry } = openEmbeddedLogAndRegistry(temporaryFolder(), { clock: systemClock })
  const id = await registry.register('one-value', schema, 'BACKWARD')
  const { type, name, fields } = schema
  expect(await registry.register('two-value', { fields, name, type }, 'FULL')).toBe(id)
  await log.close()
})

test('numbers outlive the process', async () => {
  const folder = temporaryFolder()
  const first = openEmbeddedLogAndRegistry(folder, { clock: systemClock })
  const id = await first.registry.register('one-value', schema, 'BACKWARD')
  await first.log.close()
  const second = openEmbeddedLogAndRegistry(folder, { clock: systemClock })
  expect(await second.registry.register('one-value', schema, 'BACKWARD')).toBe(id)
  expect(await second.registry.schema(id)).toEqual(schema)
  await second.log.close()
})

test('what is no Avro schema is FLY_SCHEMA', async () => {
  const { log, registry } = openEmbeddedLogAndRegistry(temporaryFolder(), { clock: systemClock })
  await expect(registry.register('x-value', { type: 'nonsense' }, 'NONE')).rejects.toMatchObject({ code: 'FLY_SCHEMA' })
  await log.close()
})
