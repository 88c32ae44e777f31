import { randomUUID } from 'node:crypto'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Compatibility, SchemaRegistry } from '#runtime/registry.ts'
import { avro } from '#schemas/avro.ts'

type Field = { readonly name: string; readonly type: string; readonly default?: unknown }

/** A record schema whose name is its own, so that registries which number by content see a new one. */
function schemaMaker(): (...fields: readonly Field[]) => object {
  const name = `Contract${randomUUID().slice(0, 8)}`
  return (...fields) => ({ type: 'record', name, namespace: 'flywheel', fields })
}

const a = { name: 'a', type: 'string' }
const required = { name: 'b', type: 'int' }
const optional = { ...required, default: 0 }

/** What a first version `from` may become at each level. */
const changes: readonly (readonly [what: string, from: Field[], to: Field[], allowed: readonly Compatibility[]])[] = [
  ['adds an optional field', [a], [a, optional], ['BACKWARD', 'FORWARD', 'FULL', 'FULL_TRANSITIVE', 'NONE']],
  ['adds a required field', [a], [a, required], ['FORWARD', 'NONE']],
  ['drops a required field', [a, required], [a], ['BACKWARD', 'NONE']],
  ['drops an optional field', [a, optional], [a], ['BACKWARD', 'FORWARD', 'FULL', 'FULL_TRANSITIVE', 'NONE']],
  ['changes a type', [a], [{ name: 'a', type: 'boolean' }], ['NONE']],
]
const levels: readonly Compatibility[] = ['BACKWARD', 'FORWARD', 'FULL', 'FULL_TRANSITIVE', 'NONE']

/** What every schema registry promises. */
export function registryContract(name: string, open: () => Promise<SchemaRegistry>): void {
  const openFor = async (): Promise<SchemaRegistry> => {
    const registry = await open()
    onTestFinished(() => registry.close())
    return registry
  }
  const newSubject = (): string => `contract-${randomUUID()}-value`

  describe(name, { timeout: 30_000 }, () => {
    test('numbers a schema once and gives it back by its number', async () => {
      const registry = await openFor()
      const [subject, schema] = [newSubject(), schemaMaker()(a, optional)]
      const id = await registry.register(subject, schema, 'BACKWARD')
      expect(Number.isInteger(id) && id >= 0 && id < 2 ** 32).toBe(true)
      expect(await registry.register(subject, schema, 'BACKWARD')).toBe(id)
      expect(await registry.schema(id)).toEqual(schema)
    })

    test('gives another version another number, and keeps the first', async () => {
      const registry = await openFor()
      const [subject, make] = [newSubject(), schemaMaker()]
      const first = await registry.register(subject, make(a), 'BACKWARD')
      const second = await registry.register(subject, make(a, optional), 'BACKWARD')
      expect(second).not.toBe(first)
      expect(await registry.register(subject, make(a), 'BACKWARD')).toBe(first)
      expect(await registry.schema(first)).toEqual(make(a))
      expect(await registry.schema(second)).toEqual(make(a, optional))
    })

    test('answers FLY_DECODE for a number it never gave', async () => {
      const registry = await openFor()
      await expect(registry.schema(2 ** 31 - 7)).rejects.toMatchObject({ code: 'FLY_DECODE' })
    })

    test.each(
      changes.flatMap(([what, from, to, allowed]) => levels.map(level => ({ what, level, from, to, allowed }))),
    )('a version that $what, at level $level', async ({ level, from, to, allowed }) => {
      const registry = await openFor()
      const [subject, make] = [newSubject(), schemaMaker()]
      const first = await registry.register(subject, make(...from), level)
      const second = registry.register(subject, make(...to), level)
      if (allowed.includes(level)) expect(await second).not.toBe(first)
      else await expect(second).rejects.toMatchObject({ code: 'FLY_SCHEMA' })
      expect(await registry.register(subject, make(...from), level)).toBe(first)
    })

    test('looks beyond the newest version at a transitive level only', async () => {
      const registry = await openFor()
      for (const level of ['FULL', 'FULL_TRANSITIVE'] as const) {
        const [subject, make] = [newSubject(), schemaMaker()]
        await registry.register(subject, make(a), level)
        await registry.register(subject, make(a, optional), level)
        // Goes well with the second version, not with the first.
        const third = registry.register(subject, make(a, required), level)
        if (level === 'FULL') await third
        else await expect(third).rejects.toMatchObject({ code: 'FLY_SCHEMA' })
      }
    })

    test('compares versions of one subject only', async () => {
      const registry = await openFor()
      const make = schemaMaker()
      await registry.register(newSubject(), make(a), 'FULL')
      await registry.register(newSubject(), make(required), 'FULL')
    })

    test('takes every schema of ours', async () => {
      const registry = await openFor()
      for (const schema of Object.values(avro)) {
        const id = await registry.register(newSubject(), schema, 'FULL_TRANSITIVE')
        expect(await registry.schema(id)).toMatchObject({ type: 'record', name: schema.name })
      }
    })
  })
}
