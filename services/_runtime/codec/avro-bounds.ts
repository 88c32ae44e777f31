import type avsc from 'avsc'

/** Moves the cursor past one value of a type. Throws where the bytes hold none. */
type SkipValue = (cursor: Cursor) => void

/**
 * Checks untrusted bytes before avsc decodes them: from `from` on there must be exactly one value of `type`. avsc trusts the
 * counts in the bytes: an array of a billion items, in a record of ten bytes, would use up its time and memory.
 */
export function createBoundsCheck(type: avsc.Type): (bytes: Uint8Array, from: number) => void {
  const skip = skipFor(type, new Map())
  return (bytes, from) => {
    const cursor = new Cursor(bytes, from)
    skip(cursor)
    if (cursor.at < bytes.length) throw new Error(`${bytes.length - cursor.at} bytes follow the value`)
  }
}

class Cursor {
  readonly bytes: Uint8Array
  at: number

  constructor(bytes: Uint8Array, at: number) {
    this.bytes = bytes
    this.at = at
  }

  skip(count: number): void {
    if (count < 0 || count > this.bytes.length - this.at) throw new Error('the value ends too early')
    this.at += count
  }

  readLong(): number {
    let value = 0
    for (let unit = 1; ; unit *= 128) {
      const byte = this.bytes[this.at++]
      if (byte === undefined) throw new Error('the value ends too early')
      value += (byte & 0x7f) * unit
      // Beyond this avsc returns a wrong number, even one of the opposite sign, without an error.
      if (value > Number.MAX_SAFE_INTEGER) throw new Error('a number is beyond 2^52')
      if (byte < 0x80) return value % 2 === 0 ? value / 2 : -(value + 1) / 2
      if (unit > 2 ** 62) throw new Error('a number is longer than 64 bits')
    }
  }
}

const fixedSizes: Record<string, number> = { null: 0, boolean: 1, float: 4, double: 8 }

function skipFor(type: avsc.Type, known: Map<avsc.Type, SkipValue>): SkipValue {
  const done = known.get(type)
  if (done) return done
  // A recursive type is looked up while its own function is being created.
  known.set(type, cursor => skip(cursor))
  const skip = createSkip(type, inner => skipFor(inner, known))
  known.set(type, skip)
  return skip
}

function createSkip(type: avsc.Type, skipFor: (inner: avsc.Type) => SkipValue): SkipValue {
  const { typeName } = type
  const size = typeName === 'fixed' ? (type as avsc.types.FixedType).size : fixedSizes[typeName]
  if (size !== undefined) return cursor => cursor.skip(size)
  if (typeName === 'int' || typeName === 'long' || typeName === 'enum') return cursor => void cursor.readLong()
  if (typeName === 'string' || typeName === 'bytes') return cursor => cursor.skip(cursor.readLong())
  if (typeName === 'record' || typeName === 'error') {
    const skips = (type as avsc.types.RecordType).fields.map(field => skipFor(field.type))
    return cursor => {
      for (const skipField of skips) skipField(cursor)
    }
  }
  if (typeName === 'array') return skipBlocks(skipFor((type as avsc.types.ArrayType).itemsType))
  if (typeName === 'map') {
    const value = skipFor((type as avsc.types.MapType).valuesType)
    return skipBlocks(cursor => {
      cursor.skip(cursor.readLong())
      value(cursor)
    })
  }
  if (!typeName.startsWith('union:')) throw new Error(`a ${typeName} cannot be read`)
  const branches = (type as avsc.types.UnwrappedUnionType).types.map(skipFor)
  return cursor => {
    const branch = branches[cursor.readLong()]
    if (!branch) throw new Error('a union has no such branch')
    branch(cursor)
  }
}

/** Arrays and maps: blocks of items, each with its count. A negative count is followed by the size of the block in bytes. */
function skipBlocks(item: SkipValue): SkipValue {
  return cursor => {
    for (;;) {
      const count = cursor.readLong()
      if (count === 0) return
      const size = count < 0 ? cursor.readLong() : undefined
      const from = cursor.at
      // Each item takes at least one byte: no schema of this program has items without content.
      if (Math.abs(count) > cursor.bytes.length - from) throw new Error('an array is longer than its value')
      for (let left = Math.abs(count); left > 0; left--) item(cursor)
      if (size !== undefined && cursor.at - from !== size) throw new Error('a block has not the size that it states')
    }
  }
}
