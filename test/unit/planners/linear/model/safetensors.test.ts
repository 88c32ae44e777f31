import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeAdapter, encodeAdapter } from '#planners/linear/model/adapter-file.ts'
import { decodeSafetensors, encodeSafetensors } from '#planners/linear/model/safetensors.ts'
import { FEATURE_DIMENSIONS } from '#text/features.ts'

const name = fc.stringMatching(/^[a-z][a-zA-Z_.]{0,12}$/)
const tensor = fc
  .array(fc.nat({ max: 4 }), { maxLength: 3 })
  .chain(shape =>
    fc.float32Array({ minLength: cells(shape), maxLength: cells(shape) }).map(values => ({ shape, values })),
  )
const file = fc.record({ metadata: fc.dictionary(name, fc.string()), tensors: fc.dictionary(name, tensor) })

function cells(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1)
}

/** A file with this header, whatever it says. */
function withHeader(header: string, dataBytes = 0): Uint8Array {
  const json = new TextEncoder().encode(header)
  const bytes = new Uint8Array(8 + json.length + dataBytes)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true)
  bytes.set(json, 8)
  return bytes
}

describe('safetensors', () => {
  test('decoding is the inverse of encoding', () => {
    fc.assert(
      fc.property(file, content => {
        const decoded = decodeSafetensors(encodeSafetensors(content))
        expect({ ...decoded.metadata }).toEqual({ ...content.metadata })
        expect({ ...decoded.tensors }).toEqual({ ...content.tensors })
      }),
    )
  })

  test('equal content gives equal bytes, in whatever order it was built', () => {
    const [a, b] = [
      { shape: [1], values: new Float32Array([1]) },
      { shape: [2], values: new Float32Array([2, 3]) },
    ]
    const one = encodeSafetensors({ metadata: { x: '1', y: '2' }, tensors: { a, b } })
    expect(encodeSafetensors({ metadata: { y: '2', x: '1' }, tensors: { b, a } })).toEqual(one)
  })

  test('the floats are aligned to 8 bytes', () => {
    fc.assert(
      fc.property(file, content => {
        const bytes = encodeSafetensors(content)
        expect(Number(new DataView(bytes.buffer).getBigUint64(0, true)) % 8).toBe(0)
      }),
    )
  })

  test('reads a view into a larger buffer', () => {
    const bytes = encodeSafetensors({ metadata: {}, tensors: { a: { shape: [2], values: new Float32Array([1, 2]) } } })
    const shifted = new Uint8Array(bytes.length + 3)
    shifted.set(bytes, 3)
    expect(decodeSafetensors(shifted.subarray(3)).tensors.a?.values).toEqual(new Float32Array([1, 2]))
  })

  test('refuses to write a shape that does not hold its values', () => {
    const tensors = { a: { shape: [3], values: new Float32Array(2) } }
    expect(() => encodeSafetensors({ metadata: {}, tensors })).toThrow('does not hold its values')
  })

  test.each([
    ['shorter than its header length', new Uint8Array(5)],
    ['header overruns', new Uint8Array([255, 255, 255, 255, 255, 255, 255, 255, 1])],
    ['not JSON', withHeader('{')],
    ['not an object', withHeader('[]')],
    ['metadata', withHeader('{"__metadata__":{"a":1}}')],
    ['not F32', withHeader('{"a":{"dtype":"BF16","shape":[1],"data_offsets":[0,2]}}', 2)],
    ['valid shape', withHeader('{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}', 4)],
    ['valid shape', withHeader('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}', 4)],
    ['not its size', withHeader('{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}', 4)],
    ['overruns', withHeader('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}')],
    ['hole', withHeader('{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}', 8)],
    ['after the last', withHeader('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}', 8)],
    [
      'overlap',
      withHeader(
        '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}',
        4,
      ),
    ],
    ['not its size', withHeader('{"a":{"dtype":"F32","shape":[9e15,9e15],"data_offsets":[0,4]}}', 4)],
  ])('refuses malformed bytes: %s', (reason, bytes) => {
    expect(() => decodeSafetensors(bytes)).toThrow(reason)
    expect(() => decodeSafetensors(bytes)).toThrow(SyntaxError)
  })

  test('never fails otherwise than by SyntaxError on changed bytes', () => {
    const good = encodeSafetensors({
      metadata: { k: 'v' },
      tensors: { a: { shape: [2, 2], values: new Float32Array(4) } },
    })
    fc.assert(
      fc.property(fc.nat({ max: good.length - 1 }), fc.nat({ max: 255 }), (at, byte) => {
        try {
          decodeSafetensors(good.with(at, byte))
        } catch (error) {
          expect(error).toBeInstanceOf(SyntaxError)
        }
      }),
    )
  })
})

describe('adapter file', () => {
  const adapter = {
    rank: 2,
    alpha: 4,
    tools: ['one', 'two', 'three'],
    a: Float32Array.from({ length: 2 * FEATURE_DIMENSIONS }, (_, at) => Math.sin(at)),
    b: Float32Array.from({ length: 6 }, (_, at) => at),
  }

  test('an adapter survives the round trip', () => {
    expect(decodeAdapter(encodeAdapter(adapter))).toEqual(adapter)
  })

  test('lora_A is stored the way PEFT stores it: a row per rank', () => {
    const stored = decodeSafetensors(encodeAdapter(adapter)).tensors['planner.lora_A.weight']
    expect(stored?.shape).toEqual([2, FEATURE_DIMENSIONS])
    expect(stored?.values[1]).toBe(adapter.a[2])
  })

  test.each([
    ['rank', { tools: '["a"]' }],
    ['tool names', { rank: '1', alpha: '1', tools: '{}' }],
    ['missing', { rank: '1', alpha: '1', tools: '["a"]' }],
  ])('refuses safetensors that are no adapter: %s', (reason, metadata) => {
    expect(() => decodeAdapter(encodeSafetensors({ metadata, tensors: {} }))).toThrow(reason)
  })

  test('refuses an adapter made for other features', () => {
    const flat = { shape: [1, 3], values: new Float32Array(3) }
    const tensors = {
      'planner.lora_A.weight': flat,
      'planner.lora_B.weight': { shape: [1, 1], values: new Float32Array(1) },
    }
    const bytes = encodeSafetensors({ metadata: { rank: '1', alpha: '1', tools: '["a"]' }, tensors })
    expect(() => decodeAdapter(bytes)).toThrow('shapes do not fit')
  })
})
