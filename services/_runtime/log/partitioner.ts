/**
 * The hash of Kafka's default partitioner: murmur2 with Kafka's seed, as a signed 32-bit number. Every client of a topic must
 * agree on it, or records of one key lie in two partitions.
 */
export function murmur2(data: Uint8Array): number {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
  const whole = data.length & ~3
  let h = 0x9747b28c ^ data.length
  for (let i = 0; i < whole; i += 4) h = Math.imul(h, multiplier) ^ mixWord(view.getInt32(i, true))
  const rest = data.length & 3
  if (rest === 3) h ^= view.getUint8(whole + 2) << 16
  if (rest >= 2) h ^= view.getUint8(whole + 1) << 8
  if (rest >= 1) h = Math.imul(h ^ view.getUint8(whole), multiplier)
  h = Math.imul(h ^ (h >>> 13), multiplier)
  return h ^ (h >>> 15)
}

const multiplier = 0x5bd1e995

function mixWord(word: number): number {
  const k = Math.imul(word, multiplier)
  return Math.imul(k ^ (k >>> 24), multiplier)
}

/** The partition of a key. Kafka clears the sign bit rather than taking the absolute value. */
export function partitionOf(key: Uint8Array, partitions: number): number {
  return (murmur2(key) & 0x7fffffff) % partitions
}
