import { describe, expect, test } from 'vitest'
import { argumentChecker, readArgumentSchema } from '#json-schema/argument-schema.ts'

const problemOf = (schema: unknown): string | undefined => {
  const read = readArgumentSchema(typeof schema === 'string' ? schema : JSON.stringify(schema))
  return 'problem' in read ? read.problem : undefined
}
const check = (schema: unknown, text: string) =>
  argumentChecker(JSON.stringify(schema))(text).map(({ path, keyword }) => `${path} ${keyword}`)

const booking = {
  type: 'object',
  properties: {
    flight: { type: 'string', pattern: '^[A-Z]{2}\\d+$' },
    seats: { type: 'integer', minimum: 1 },
    cabin: { enum: ['economy', 'business'] },
    passengers: { type: 'array', items: { $ref: '#/$defs/passenger' } },
  },
  required: ['flight'],
  additionalProperties: false,
  $defs: { passenger: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] } },
}

describe('arguments are checked against the schema of their tool', () => {
  test.each([
    ['right ones', '{"flight":"SB1","seats":2,"cabin":"economy","passengers":[{"name":"Ann"}]}', []],
    ['a required one is missing', '{"seats":1}', [' required']],
    ['another type', '{"flight":"SB1","seats":"2"}', ['/seats type']],
    ['too small', '{"flight":"SB1","seats":0}', ['/seats minimum']],
    ['none of the values', '{"flight":"SB1","cabin":"first"}', ['/cabin enum']],
    ['against the pattern', '{"flight":"1SB"}', ['/flight pattern']],
    ['of another tool', '{"flight":"SB1","city":"Rome"}', ['/city false']],
    ['inside a list, by $ref', '{"flight":"SB1","passengers":[{"name":"Ann"},{}]}', ['/passengers/1 required']],
    ['no JSON', 'flight SB1', [' json']],
    ['another kind of JSON', '[]', [' type']],
    ['a 64-bit number', '{"flight":"SB1","seats":9223372036854775807}', []],
    ['an own key named __proto__', '{"flight":"SB1","__proto__":1}', ['/__proto__ false']],
  ])('%s', (_what, text, expected) => expect(check(booking, text)).toEqual(expected))

  test('every wrong value is named', () => {
    expect(check(booking, '{"flight":"x","seats":0.5,"cabin":""}')).toEqual([
      ...['/flight pattern', '/seats type', '/seats minimum', '/cabin enum'],
    ])
  })

  test('a tool without a schema takes any text; one whose schema cannot be read takes none', () => {
    expect(argumentChecker(null)('AAPL, please')).toEqual([])
    expect(argumentChecker('{"type":"text"}')('{}')).toMatchObject([{ keyword: 'schema' }])
  })

  test('what redaction left of a value need not look like the value, but must be a text', () => {
    const pseudonym = JSON.stringify({ flight: '[phone:abcdefabcdefabcdefab]', seats: '[phone:abcdefabcdefabcdefab]' })
    expect(check(booking, pseudonym)).toEqual(['/seats type'])
  })

  test('lists of items of draft 7 are read as that draft', () => {
    const schema = { $schema: 'http://json-schema.org/draft-07/schema#', items: [{ type: 'string' }] }
    expect(check(schema, '[1]')).toEqual(['/0 type'])
  })
})

describe('what is no JSON Schema is refused', () => {
  test.each([
    ['no JSON', 'string', /no JSON object/],
    ['a list', '[]', /no JSON object/],
    ['an unknown type', { type: 'text' }, /^\/type/],
    ['required as in draft 3', { properties: { a: { required: true } } }, /^\/properties\/a\/required/],
    ['properties as a list', { properties: [] }, /^\/properties/],
    ['an empty enum', { enum: [] }, /^\/enum/],
    ['a pattern that does not compile', { pattern: '(' }, /^pattern: \( is no regular expression/],
    ['another document', { $ref: 'http://example.com/schema' }, /^\$ref: .* put its definition into \$defs/],
    ['a definition that is not there', { properties: { a: { $ref: '#/$defs/a' } } }, /^\$ref: #\/\$defs\/a/],
    ['a keyword that is not supported', { $dynamicRef: '#a' }, /^\$dynamicRef is not supported/],
  ])('%s', (_what, schema, expected) => expect(problemOf(schema)).toMatch(expected))

  test('names of properties may be keywords', () => {
    const properties = { type: { type: 'string' }, $ref: { type: 'string' }, pattern: { type: 'string' } }
    expect(check({ properties }, '{"type":1}')).toEqual(['/type type'])
  })
})

describe('no schema and no arguments take long', () => {
  const deep = (levels: number, make: (inner: object) => object) =>
    Array.from({ length: levels }).reduce<object>(inner => make(inner), {})

  test('a schema that refers to itself for the same value is refused, one for a part of it is not', () => {
    expect(problemOf({ $ref: '#' })).toMatch(/refer to themselves/)
    expect(problemOf({ $defs: { a: { anyOf: [{ $ref: '#/$defs/a' }] } }, $ref: '#/$defs/a' })).toMatch(/themselves/)
    const tree = { type: 'object', properties: { child: { $ref: '#' } }, additionalProperties: false }
    expect(check(tree, '{"child":{"child":{"other":1}}}')).toEqual(['/child/child/other false'])
  })

  test('references that double at every level end', () => {
    const names = Array.from({ length: 15 }, (_none, at) => `d${at}`)
    const $defs = Object.fromEntries(
      names.map((name, at) => {
        const $ref = `#/$defs/${names[at + 1] ?? 'end'}`
        return [name, { properties: { a: { allOf: [{ $ref }, { $ref }] } } }]
      }),
    )
    const schema = { $ref: '#/$defs/d0', $defs: { ...$defs, end: {} } }
    const value = JSON.stringify(deep(15, inner => ({ a: inner })))
    expect(check(schema, value)).toEqual([' $ref'])
  })

  test('depth and size are bounded', () => {
    expect(problemOf(deep(40, inner => ({ not: inner })))).toMatch(/nested more than 32/)
    expect(problemOf(deep(20, inner => ({ not: inner })))).toMatch(/nested more than 16/)
    expect(problemOf(`{"title":"${'x'.repeat(70_000)}"}`)).toMatch(/longer than/)
    expect(check({}, JSON.stringify(deep(40, inner => ({ a: inner }))))).toEqual([' maxProperties'])
    expect(check({}, JSON.stringify(Array.from({ length: 6_000 })))).toEqual([' maxProperties'])
    expect(check({}, `"${'x'.repeat(70_000)}"`)).toEqual([' maxLength'])
  })

  test('a deep value and the most deeply nested schemas fit the stack', () => {
    const schema = { properties: { a: deep(13, inner => ({ allOf: [{ $ref: '#' }, inner] })) } }
    expect(check({ ...schema, type: 'object' }, JSON.stringify(deep(31, inner => ({ a: inner }))))).toEqual([' $ref'])
  })

  test('a pattern that repeats a repetition is not matched, and no pattern is matched against a long text', () => {
    const attack = JSON.stringify(`${'a'.repeat(60)}!`)
    expect(check({ pattern: '^(a+)+$' }, attack)).toEqual([])
    expect(check({ pattern: '^a*a*a*a*$' }, attack)).toEqual([])
    expect(check({ pattern: '^a+$' }, attack)).toEqual([' pattern'])
    expect(check({ pattern: '^a+$' }, JSON.stringify('a'.repeat(501)))).toEqual([' maxLength'])
    expect(problemOf({ patternProperties: { '^(a+)+$': {} } })).toMatch(/too long to match/)
  })
})
