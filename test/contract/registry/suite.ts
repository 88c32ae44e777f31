import { randomUUID } from 'node:crypto'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createCodec } from '#runtime/codec/codec.ts'
import type { Compatibility, SchemaRegistry } from '#runtime/registry/schema-registry.ts'
import { avro } from '#schemas/avro.ts'
import { compatibility } from '#topology/derive/names.ts'
import { topic } from '#topology/topic-names.ts'

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

type AvroField = { readonly name: string; readonly type: unknown; readonly default?: unknown }

/** SampleScored with other fields: what a careless release would register. */
const scoredWith = (change: (fields: readonly AvroField[]) => readonly AvroField[]): object => ({
  ...avro.SampleScored,
  fields: change(avro.SampleScored.fields),
})
const withType = (name: string, type: unknown) =>
  scoredWith(fields => fields.map(field => (field.name === name ? { ...field, type } : field)))

const enumOf = (name: string): object => avro.SampleScored.fields.find(field => field.name === name)?.type as object

/** What would break a reader of scored samples: one that reads old records, or one that was not told. */
const breaking: readonly (readonly [what: string, schema: object])[] = [
  ['adds a field without a default', scoredWith(fields => [...fields, { name: 'mood', type: 'string' }])],
  ['drops a field without a default', scoredWith(fields => fields.filter(({ name }) => name !== 'judge'))],
  ['changes a type', withType('trusted', 'string')],
  ['widens a type, which readers of before do not know', withType('judge', ['null', 'string'])],
  [
    'adds a word to an enum',
    withType('source', { ...enumOf('source'), symbols: ['production', 'gold', 'synthetic', 'rumour'] }),
  ],
]

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

    test.each(breaking)('refuses a version of scored samples that %s', async (_what, SampleScored) => {
      const registry = await openFor()
      await createCodec(registry, avro).registerSchemas([topic.scoredSamples])
      const changed = createCodec(registry, { ...avro, SampleScored }).registerSchemas([topic.scoredSamples])
      await expect(changed).rejects.toMatchObject({ code: 'FLY_SCHEMA' })
      await createCodec(registry, avro).registerSchemas([topic.scoredSamples])
    })

    test('holds a version of scored samples against all before, not only the newest', async () => {
      const registry = await openFor()
      const subject = newSubject()
      const level = compatibility(topic.scoredSamples)
      const without = scoredWith(fields => fields.filter(({ name }) => name !== 'evidence'))
      const other = withType('evidence', ['null', 'boolean'])
      await registry.register(subject, avro.SampleScored, level)
      await registry.register(subject, without, level)
      await expect(registry.register(subject, other, level)).rejects.toMatchObject({ code: 'FLY_SCHEMA' })
      const careful = scoredWith(fields => [...fields, { name: 'mood', type: ['null', 'string'], default: null }])
      await registry.register(subject, careful, level)
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
