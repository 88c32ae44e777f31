import { Fault } from '#runtime/core/faults.ts'
import { isObject, type JsonObject } from '#runtime/core/json.ts'

/** A tensor of 32-bit floats, row-major. */
export type Tensor = { readonly shape: readonly number[]; readonly values: Float32Array }

export type Safetensors = {
  readonly metadata: Readonly<Record<string, string>>
  readonly tensors: Readonly<Record<string, Tensor>>
}

const LENGTH_BYTES = 8
const FLOAT_BYTES = 4
const METADATA = '__metadata__'
/** The reference implementation's limit. */
const MAX_HEADER_BYTES = 100_000_000

/**
 * Writes the safetensors format (huggingface.co/docs/safetensors): header length as 8 bytes little-endian, JSON header,
 * data. Names are sorted, so equal content gives equal bytes and so an equal digest. FLY_BUG if a shape does not hold
 * its values.
 */
export function encodeSafetensors({ metadata, tensors }: Safetensors): Uint8Array<ArrayBuffer> {
  const header: Record<string, unknown> = { [METADATA]: Object.fromEntries(sortedEntries(metadata)) }
  let end = 0
  for (const [name, { shape, values }] of sortedEntries(tensors)) {
    if (name === METADATA || elementCount(shape) !== values.length)
      throw new Fault('FLY_BUG', `the shape of tensor ${name} does not hold its values`)
    header[name] = { dtype: 'F32', shape, data_offsets: [end, end + values.length * FLOAT_BYTES] }
    end += values.length * FLOAT_BYTES
  }
  const json = new TextEncoder().encode(JSON.stringify(header))
  // Spaces pad the header so that the floats are aligned, as the reference implementation does.
  const headerBytes = Math.ceil(json.length / LENGTH_BYTES) * LENGTH_BYTES
  const bytes = new Uint8Array(LENGTH_BYTES + headerBytes + end).fill(0x20, LENGTH_BYTES, LENGTH_BYTES + headerBytes)
  const view = new DataView(bytes.buffer)
  view.setBigUint64(0, BigInt(headerBytes), true)
  bytes.set(json, LENGTH_BYTES)
  let at = LENGTH_BYTES + headerBytes
  for (const [, { values }] of sortedEntries(tensors)) {
    for (const value of values) {
      view.setFloat32(at, value, true)
      at += FLOAT_BYTES
    }
  }
  return bytes
}

/**
 * Reads what `encodeSafetensors` or any other writer wrote, if all tensors are F32. The bytes come from a store that
 * others write to, so every promise of the format is checked: throws SyntaxError saying which one is broken.
 */
export function decodeSafetensors(bytes: Uint8Array): Safetensors {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < LENGTH_BYTES) throw invalidSafetensors('shorter than its header length')
  const headerBytes = view.getBigUint64(0, true)
  if (headerBytes > MAX_HEADER_BYTES || headerBytes > bytes.length - LENGTH_BYTES)
    throw invalidSafetensors('header overruns the bytes')
  const dataStart = LENGTH_BYTES + Number(headerBytes)
  const header = parseHeader(bytes.subarray(LENGTH_BYTES, dataStart))
  const tensors: Record<string, Tensor> = {}
  const spans: { start: number; end: number }[] = []
  for (const [name, entry] of Object.entries(header)) {
    if (name === METADATA) continue
    const { shape, start, end } = parseEntry(name, entry)
    if (end > bytes.length - dataStart) throw invalidSafetensors(`tensor ${name} overruns the bytes`)
    const values = new Float32Array(elementCount(shape))
    for (let at = 0; at < values.length; at++) values[at] = view.getFloat32(dataStart + start + at * FLOAT_BYTES, true)
    tensors[name] = { shape, values }
    spans.push({ start, end })
  }
  requireContiguous(spans, bytes.length - dataStart)
  return { metadata: parseMetadata(header[METADATA]), tensors }
}

/** The format allows neither holes nor overlaps, so that no bytes can hide in a file. */
function requireContiguous(spans: { start: number; end: number }[], dataBytes: number): void {
  let covered = 0
  for (const { start, end } of spans.sort((left, right) => left.start - right.start || left.end - right.end)) {
    if (start !== covered) throw invalidSafetensors('tensors overlap or leave a hole')
    covered = end
  }
  if (covered !== dataBytes) throw invalidSafetensors('bytes after the last tensor')
}

function parseHeader(bytes: Uint8Array): JsonObject {
  try {
    const header: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    if (isObject(header)) return header
  } catch (cause) {
    throw invalidSafetensors('header is not JSON', cause)
  }
  throw invalidSafetensors('header is not an object')
}

function parseMetadata(metadata: unknown): Record<string, string> {
  if (metadata === undefined) return {}
  if (!isObject(metadata)) throw invalidSafetensors('metadata is not an object')
  return Object.fromEntries(
    Object.entries(metadata).map(([name, value]) => {
      if (typeof value !== 'string') throw invalidSafetensors(`metadata ${name} is not a string`)
      return [name, value]
    }),
  )
}

function parseEntry(name: string, entry: unknown): { shape: number[]; start: number; end: number } {
  if (!isObject(entry)) throw invalidSafetensors(`tensor ${name} is not an object`)
  if (entry.dtype !== 'F32') throw invalidSafetensors(`tensor ${name} is ${String(entry.dtype)}, not F32`)
  const [shape, offsets] = [parseSizes(entry.shape), parseSizes(entry.data_offsets)]
  const [start, end] = offsets ?? []
  if (shape === undefined || start === undefined || end === undefined || offsets?.length !== 2) {
    throw invalidSafetensors(`tensor ${name} has no valid shape and offsets`)
  }
  if (end - start !== elementCount(shape) * FLOAT_BYTES)
    throw invalidSafetensors(`tensor ${name} has a shape that is not its size`)
  return { shape, start, end }
}

function parseSizes(list: unknown): number[] | undefined {
  if (!Array.isArray(list)) return undefined
  const numbers = list.filter((size: unknown): size is number => Number.isSafeInteger(size) && Number(size) >= 0)
  return numbers.length === list.length ? numbers : undefined
}

function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1)
}

function sortedEntries<T>(record: Readonly<Record<string, T>>): [string, T][] {
  return Object.entries(record).sort(([left], [right]) => (left < right ? -1 : 1))
}

function invalidSafetensors(reason: string, cause?: unknown): SyntaxError {
  return new SyntaxError(`not safetensors: ${reason}`, { cause })
}
