import { Fault } from '../core/faults.ts'
import { createBoundsCheck } from './avro-bounds.ts'
import type { AvroType } from './avro-type.ts'
import { wireHeaderBytes, writeWireHeader } from './wire-format.ts'

/** Encodes events of one type under one schema id. FLY_ENCODE, naming the fields, when an event does not fit. */
export function createEncoder(topic: string, schemaId: number, type: AvroType): (event: object) => Buffer {
  const checkBounds = createBoundsCheck(type)
  return event => {
    const bytes = encode(topic, schemaId, type, event)
    try {
      checkBounds(bytes, wireHeaderBytes)
      return bytes
    } catch (error) {
      throw new Fault('FLY_ENCODE', `an event for ${topic} cannot be decoded again: ${String(error)}`, { topic })
    }
  }
}

/** Most events are encoded into this buffer and copied: avsc cannot say the size in advance. */
const scratchBuffer = Buffer.allocUnsafe(65_536)

function encode(topic: string, schemaId: number, type: AvroType, event: object): Buffer {
  try {
    // The end, or how many bytes are missing, as a negative number.
    const end = type.encode(event, scratchBuffer, wireHeaderBytes)
    const bytes = Buffer.allocUnsafe(end < 0 ? scratchBuffer.length - end : end)
    if (end < 0) type.encode(event, bytes, wireHeaderBytes)
    else scratchBuffer.copy(bytes, 0, 0, end)
    writeWireHeader(bytes, schemaId)
    return bytes
  } catch {
    // The cause is left out: avsc quotes the value, which may be chat text.
    throw new Fault('FLY_ENCODE', `an event for ${topic} does not fit: ${describeMismatch(type, event)}`, { topic })
  }
}

/** The fields that do not fit the type, without their values. */
function describeMismatch(type: AvroType, event: object): string {
  const mismatches: string[] = []
  const errorHook = (path: string[], value: unknown, expected: AvroType): void => {
    mismatches.push(`${path.join('.') || 'the event'} must be ${expected.typeName}, not ${kindOf(value)}`)
  }
  type.isValid(event, { errorHook })
  return mismatches.join('; ') || 'for a reason that validation does not find'
}

const kindOf = (value: unknown): string => (value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value)
