import type avsc from 'avsc'

/** Moves the cursor past one value of a type. Throws where the bytes hold none. */
type SkipValue = (cursor: Cursor) => void

/** The type that a value is read as; `skipped` where the reader does not have it, undefined where that is not known. */
type ReadAs = avsc.Type | 'skipped' | undefined

/**
 * Checks untrusted bytes before avsc decodes them: from `from` on there must be exactly one value of `written`, whose numbers are
 * safe integers where `reader` reads them. avsc trusts the counts in the bytes: an array of a billion items, in a record of
 * ten bytes, would use up its time and memory.
 */
export function createBoundsCheck(
  written: avsc.Type,
  reader: avsc.Type = written,
): (bytes: Uint8Array, from: number) => void {
  const skip = skipFor(written, reader, new Map())
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

  /** A number that nobody reads: any 64 bits, of which at most ten bytes are stored. */
  skipLong(): void {
    for (let bytes = 1; ; bytes++) {
      const byte = this.bytes[this.at++]
      if (byte === undefined) throw new Error('the value ends too early')
      if (byte < 0x80) return
      if (bytes === 10) throw new Error('a number is longer than 64 bits')
    }
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

type KnownSkips = Map<avsc.Type, Map<ReadAs, SkipValue>>

function skipFor(written: avsc.Type, readAs: ReadAs, known: KnownSkips): SkipValue {
  const ofType = known.get(written) ?? new Map<ReadAs, SkipValue>()
  known.set(written, ofType)
  const done = ofType.get(readAs)
  if (done) return done
  // A recursive type is looked up while its own function is being created.
  ofType.set(readAs, cursor => skip(cursor))
  const skip = createSkip(written, readAs, (inner, innerAs) => skipFor(inner, innerAs, known))
  ofType.set(readAs, skip)
  return skip
}

function createSkip(
  type: avsc.Type,
  readAs: ReadAs,
  skipFor: (inner: avsc.Type, innerAs: ReadAs) => SkipValue,
): SkipValue {
  const { typeName } = type
  const size = typeName === 'fixed' ? (type as avsc.types.FixedType).size : fixedSizes[typeName]
  if (size !== undefined) return cursor => cursor.skip(size)
  if (typeName === 'int' || typeName === 'long' || typeName === 'enum')
    return readAs === 'skipped' ? cursor => cursor.skipLong() : cursor => void cursor.readLong()
  if (typeName === 'string' || typeName === 'bytes') return cursor => cursor.skip(cursor.readLong())
  const reader = matching(type, readAs)
  if (typeName === 'record' || typeName === 'error') {
    const skips = (type as avsc.types.RecordType).fields.map(field =>
      skipFor(field.type, fieldReadAs(reader, field.name)),
    )
    return cursor => {
      for (const skipField of skips) skipField(cursor)
    }
  }
  if (typeName === 'array')
    return skipBlocks(skipFor((type as avsc.types.ArrayType).itemsType, innerReadAs(reader, 'itemsType')))
  if (typeName === 'map') {
    const value = skipFor((type as avsc.types.MapType).valuesType, innerReadAs(reader, 'valuesType'))
    return skipBlocks(cursor => {
      cursor.skip(cursor.readLong())
      value(cursor)
    })
  }
  if (!isUnion(type)) throw new Error(`a ${typeName} cannot be read`)
  const branches = type.types.map(branch => skipFor(branch, readAs))
  return cursor => {
    const branch = branches[cursor.readLong()]
    if (!branch) throw new Error('a union has no such branch')
    branch(cursor)
  }
}

const isUnion = (type: avsc.Type): type is avsc.types.UnwrappedUnionType => type.typeName.startsWith('union:')

/** The reader's type of the same kind, which may be a branch of its union. */
function matching(written: avsc.Type, readAs: ReadAs): ReadAs {
  if (readAs === 'skipped' || readAs === undefined) return readAs
  const candidates = isUnion(readAs) ? readAs.types : [readAs]
  const sameKind = candidates.filter(({ typeName }) => typeName === written.typeName)
  return sameKind.find(({ name }) => name === written.name) ?? (sameKind.length === 1 ? sameKind[0] : undefined)
}

function fieldReadAs(reader: ReadAs, name: string): ReadAs {
  if (reader === 'skipped' || reader === undefined) return reader
  const { fields } = reader as avsc.types.RecordType
  return fields.find(field => field.name === name || field.aliases.includes(name))?.type ?? 'skipped'
}

function innerReadAs(reader: ReadAs, inner: 'itemsType' | 'valuesType'): ReadAs {
  if (reader === 'skipped' || reader === undefined) return reader
  return (reader as avsc.Type & Partial<Record<typeof inner, avsc.Type>>)[inner]
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
