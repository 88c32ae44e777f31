import { expect, test } from 'vitest'
import { crc32c } from '#runtime/log/kafka/produce/crc32c.ts'

test.each<[string, Buffer, number]>([
  ['its check sequence', Buffer.from('123456789'), 0xe3069283],
  // RFC 3720, B.4, twice as long as what is taken at a time.
  ['zeros', Buffer.alloc(32), 0x8a9136aa],
  ['ones', Buffer.alloc(32, 0xff), 0x62a8ab43],
  ['numbers', Buffer.from(Array.from({ length: 32 }, (_, at) => at)), 0x46dd794e],
])('the checksum has the known value of %s, wherever that begins', (_what, known, checksum) => {
  for (let from = 0; from < 17; from++) {
    const padded = Buffer.concat([Buffer.alloc(from, 1), known, Buffer.alloc(3, 2)])
    expect(crc32c(padded, from, from + known.length)).toBe(checksum)
  }
})
