/**
 * CRC-32C (Castagnoli) of the bytes in [from, to), as an unsigned number; eight bytes at a time with eight tables ("slicing by
 * 8", Kounavis and Berry 2005), a third of the time that a byte at a time takes.
 */
export function crc32c(bytes: Uint8Array, from: number, to: number): number {
  let crc = -1
  let at = from
  for (; at + 8 <= to; at += 8) {
    crc ^= byte(bytes, at) | (byte(bytes, at + 1) << 8) | (byte(bytes, at + 2) << 16) | (byte(bytes, at + 3) << 24)
    crc =
      entry(7, crc & 0xff) ^
      entry(6, (crc >>> 8) & 0xff) ^
      entry(5, (crc >>> 16) & 0xff) ^
      entry(4, crc >>> 24) ^
      entry(3, byte(bytes, at + 4)) ^
      entry(2, byte(bytes, at + 5)) ^
      entry(1, byte(bytes, at + 6)) ^
      entry(0, byte(bytes, at + 7))
  }
  for (; at < to; at++) crc = entry(0, (crc ^ byte(bytes, at)) & 0xff) ^ (crc >>> 8)
  return ~crc >>> 0
}

const polynomial = 0x82f63b78
const tables = new Int32Array(8 * 256)
for (let index = 0; index < 256; index++) {
  let crc = index
  for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? polynomial : 0)
  tables[index] = crc
}
for (let index = 256; index < tables.length; index++) {
  const before = tables[index - 256] ?? 0
  tables[index] = (before >>> 8) ^ (tables[before & 0xff] ?? 0)
}

const entry = (table: number, index: number): number => tables[table * 256 + index] as number
const byte = (bytes: Uint8Array, at: number): number => bytes[at] as number
