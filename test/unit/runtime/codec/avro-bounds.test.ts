import avsc from 'avsc'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createBoundsCheck } from '#runtime/codec/avro-bounds.ts'
import { plainObjectType } from '#runtime/codec/avro-type.ts'
import { avro } from '#schemas/avro.ts'
import { arbitraryEvent } from '#test/support/data/arbitrary-event.ts'

const strings = plainObjectType({ type: 'array', items: 'string' })
const skips = createBoundsCheck(strings)

/** Avro's variable-length number. */
const long = (value: number): Buffer => avsc.Type.forSchema('long').toBuffer(value)

test('what avsc writes is within its bounds, and nothing shorter or longer is', () => {
  const type = plainObjectType(avro.ChatLogged)
  const check = createBoundsCheck(type)
  fc.assert(
    fc.property(arbitraryEvent('ChatLogged'), event => {
      const bytes = type.toBuffer(event)
      check(bytes, 0)
      expect(() => check(Buffer.concat([bytes, Buffer.from([0])]), 0)).toThrow('follow')
      for (let end = 0; end < bytes.length; end++) expect(() => check(bytes.subarray(0, end), 0)).toThrow()
    }),
    { numRuns: 20 },
  )
})

test.each([
  ['of a billion items in a few bytes', [long(1_000_000_000), long(0)]],
  ['of more items than a number can say', [Buffer.alloc(12, 0xff)]],
  ['whose item has a negative length, which would go back for ever', [long(1), long(-3), long(0)]],
  ['whose item is longer than what is left', [long(1), long(50), Buffer.from('short')]],
  ['whose block has a negative size', [long(-1), long(-8), long(1), Buffer.from('a'), long(0)]],
  ['whose block is not as long as it says', [long(-1), long(9), long(1), Buffer.from('a'), long(0)]],
])('an array %s is refused', (_what, parts) => {
  expect(() => skips(Buffer.concat(parts), 0)).toThrow()
})

test('a billion items that take no bytes are refused at once', () => {
  const nothings = createBoundsCheck(plainObjectType({ type: 'array', items: 'null' }))
  expect(() => nothings(Buffer.concat([long(1_000_000_000), long(0)]), 0)).toThrow('longer')
})

test('arrays in several blocks, with sizes or without, are read', () => {
  const item = Buffer.concat([long(1), Buffer.from('a')])
  const bytes = Buffer.concat([long(-1), long(2), item, long(2), item, item, long(0)])
  skips(bytes, 0)
  expect(strings.fromBuffer(bytes)).toEqual(['a', 'a', 'a'])
})

test('every kind of type is stepped over, also one that contains itself', () => {
  const type = plainObjectType({
    type: 'record',
    name: 'Node',
    fields: [
      { name: 'map', type: { type: 'map', values: 'bytes' } },
      { name: 'fixed', type: { type: 'fixed', name: 'Four', size: 4 } },
      { name: 'enum', type: { type: 'enum', name: 'Letter', symbols: ['A', 'B'] } },
      { name: 'numbers', type: { type: 'array', items: ['float', 'double', 'boolean', 'null', 'int'] } },
      { name: 'next', type: ['null', 'Node'] },
    ],
  })
  const leaf = { map: { k: Buffer.from('v') }, fixed: Buffer.alloc(4), enum: 'B', numbers: [], next: null }
  const value = { ...leaf, numbers: [{ float: 1 }, { double: 2 }, { boolean: true }, null, { int: 3 }], next: leaf }
  createBoundsCheck(type)(type.toBuffer(value), 0)
  // Deeper than any stack: refused, not crashed.
  const bottomless = Buffer.alloc(5_000_000, Buffer.concat([long(0), Buffer.alloc(4), long(0), long(0), long(1)]))
  expect(() => createBoundsCheck(type)(bottomless, 0)).toThrow()
})
