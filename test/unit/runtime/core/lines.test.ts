import fc from 'fast-check'
import { expect, test } from 'vitest'
import { splitLines } from '#runtime/core/lines.ts'

const maxLineBytes = 1024

async function linesIn(bytes: Buffer, cuts: readonly number[]) {
  const at = [0, ...cuts.map(cut => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b)
  async function* chunks() {
    for (const [index, from] of at.entries()) yield bytes.subarray(from, at[index + 1])
  }
  const found: [number, string | undefined][] = []
  for await (const { number, bytes: line } of splitLines(chunks(), maxLineBytes)) found.push([number, line?.toString()])
  return found
}

test('lines are those of the text, for all splits into chunks', () =>
  fc.assert(
    fc.asyncProperty(
      fc
        .array(fc.oneof(fc.constant('\n'), fc.constant('\r\n'), fc.string({ unit: 'grapheme' })))
        .map(all => all.join('')),
      fc.array(fc.nat(1_000)),
      async (text, cuts) => {
        const expected = Array.from(text.split('\n'), (line, index) => [index + 1, line] as const).filter(
          ([, line]) => !/^[ \t\r]*$/.test(line),
        )
        expect(await linesIn(Buffer.from(text), cuts)).toEqual(expected)
      },
    ),
  ))

test('a line that is too long has no bytes; the lines around it are kept', async () => {
  const text = `a\n${'x'.repeat(maxLineBytes + 1)}\n${'y'.repeat(maxLineBytes)}\nb`
  expect((await linesIn(Buffer.from(text), [500])).map(([number, line]) => [number, line?.length])).toEqual([
    [1, 1],
    [2, undefined],
    [3, maxLineBytes],
    [4, 1],
  ])
})
