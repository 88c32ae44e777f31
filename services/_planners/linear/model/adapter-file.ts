import { FEATURE_DIMENSIONS } from '#text/features.ts'
import type { LoraAdapter } from './adapter.ts'
import { decodeSafetensors, encodeSafetensors } from './safetensors.ts'

const LORA_A = 'planner.lora_A.weight'
const LORA_B = 'planner.lora_B.weight'

/**
 * An adapter as safetensors bytes under PEFT's names: lora_A [rank, FEATURE_DIMENSIONS] and lora_B [tools, rank]; metadata
 * `rank`, `alpha` and `tools` (a JSON array of names).
 */
export function encodeAdapter({ rank, alpha, tools, a, b }: LoraAdapter): Uint8Array<ArrayBuffer> {
  return encodeSafetensors({
    metadata: { rank: String(rank), alpha: String(alpha), tools: JSON.stringify(tools) },
    tensors: {
      [LORA_A]: { shape: [rank, FEATURE_DIMENSIONS], values: transpose(a, rank) },
      [LORA_B]: { shape: [tools.length, rank], values: b },
    },
  })
}

/** The inverse of `encodeAdapter`. Throws SyntaxError for bytes that are not an adapter of this planner. */
export function decodeAdapter(bytes: Uint8Array): LoraAdapter {
  const { metadata, tensors } = decodeSafetensors(bytes)
  const rank = Number(metadata.rank)
  const alpha = Number(metadata.alpha)
  const tools = parseToolNames(metadata.tools)
  const [a, b] = [tensors[LORA_A], tensors[LORA_B]]
  if (!Number.isSafeInteger(rank) || rank < 1 || !Number.isFinite(alpha))
    throw new SyntaxError('not an adapter: no rank or alpha')
  if (a === undefined || b === undefined) throw new SyntaxError('not an adapter: lora_A or lora_B is missing')
  if (a.shape.join() !== `${rank},${FEATURE_DIMENSIONS}` || b.shape.join() !== `${tools.length},${rank}`) {
    throw new SyntaxError('not an adapter: its shapes do not fit the planner')
  }
  return { rank, alpha, tools, a: transpose(a.values, FEATURE_DIMENSIONS), b: b.values }
}

function parseToolNames(json = ''): string[] {
  try {
    const names: unknown = JSON.parse(json)
    if (Array.isArray(names) && names.every((name: unknown) => typeof name === 'string')) return names
  } catch {
    // The error below is for a missing list and for a malformed one.
  }
  throw new SyntaxError('not an adapter: no list of tool names')
}

/** Transposes a row-major matrix with `columns` columns, which divides the number of values: no index is out of bounds. */
function transpose(values: Float32Array, columns: number): Float32Array {
  const rows = values.length / columns
  const turned = new Float32Array(values.length)
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) turned[column * rows + row] = values[row * columns + column] ?? 0
  }
  return turned
}
