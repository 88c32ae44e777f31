/**
 * The hash of Kafka's default partitioner: murmur2 with Kafka's seed, as a signed 32-bit number. All writers of a topic must use
 * the same hash, or the records of one key end up in two partitions.
 */
export function murmur2(data: Uint8Array): number {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
  const wordBytes = data.length & ~3
  let h = 0x9747b28c ^ data.length
  for (let i = 0; i < wordBytes; i += 4) h = Math.imul(h, multiplier) ^ mixWord(view.getInt32(i, true))
  const restBytes = data.length & 3
  if (restBytes === 3) h ^= view.getUint8(wordBytes + 2) << 16
  if (restBytes >= 2) h ^= view.getUint8(wordBytes + 1) << 8
  if (restBytes >= 1) h = Math.imul(h ^ view.getUint8(wordBytes), multiplier)
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
