import { expect, test } from 'vitest'
import { eventTypes, schemaData } from '#test/support/generate/avro-types.ts'

const mood = { type: 'enum' as const, name: 'Mood', symbols: ['good', 'bad'] }
const record = (fields: { name: string; type: never; doc?: string }[]) => ({
  type: 'record' as const,
  name: 'A',
  fields,
})
const field = (type: unknown, doc?: string) => ({ name: 'x', type: type as never, ...(doc ? { doc } : {}) })
const typed = (type: unknown): string | undefined => /readonly x: (.*)/.exec(eventTypes([record([field(type)])]))?.[1]

test.each([
  ['string', 'string'],
  [{ type: 'long', logicalType: 'timestamp-millis' }, 'number'],
  [['null', 'string'], 'string | null'],
  [{ type: 'array', items: ['null', 'int'] }, 'readonly (number | null)[]'],
  [{ type: 'map', values: 'double' }, 'Readonly<Record<string, number>>'],
  [mood, 'Mood'],
  [{ type: 'array', items: { type: 'record', name: 'B', fields: [] } }, 'readonly B[]'],
])('%j is %s', (avro, expected) => expect(typed(avro)).toBe(expected))

test('docs go along and cannot end their comment', () => {
  expect(eventTypes([record([field('string', 'Ends */ here.')])])).toContain(
    '  /** Ends * / here. */\n  readonly x: string',
  )
})

test('a named type is declared once, also when it is named again', () => {
  const schema = record([field(mood), { ...field('flywheel.Mood'), name: 'y' }])
  const text = eventTypes([schema])
  expect(text.match(/type Mood =/g)).toHaveLength(1)
  expect(text).toContain('readonly y: Mood')
})

test('two different types under one name, and names that nothing declares, are refused', () => {
  const other = { ...record([field({ ...mood, symbols: ['good'] })]), name: 'C' }
  expect(() => eventTypes([record([field(mood)]), other])).toThrow('Mood is declared twice and differs')
  expect(() => typed('Mood')).toThrow('Mood is used before it is declared')
  expect(() => typed('bytes')).toThrow('bytes')
})

test('schemas go into the program as they are', () => {
  expect(schemaData([record([field('string')])])).toContain(
    '  A: {"type":"record","name":"A","fields":[{"name":"x","type":"string"}]},',
  )
})
