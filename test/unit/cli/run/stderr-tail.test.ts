import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { followStderr } from '#services/_cli/run/stderr-tail.ts'

function following() {
  const [stderr, target] = [new PassThrough(), new PassThrough()]
  return { stderr, target, tail: followStderr(stderr, target) }
}

test('everything is copied as it is, and the last ten lines are kept without control characters', async () => {
  const { stderr, target, tail } = following()
  const lines = Array.from({ length: 30 }, (_none, number) => `line ${number}`)
  const written = `${lines.join('\n')}\n\u001b[2Jgrün\n`
  const bytes = Buffer.from(written)
  stderr.write(bytes.subarray(0, -3))
  stderr.end(bytes.subarray(-3))
  stderr.once('end', () => target.end())
  expect(await text(target)).toBe(written)
  await tail.ended
  expect(tail.lines()).toEqual([...lines.slice(-9), '\\u001b[2Jgrün'])
})

test('long lines are cut, and what is kept is bounded', async () => {
  const { stderr, target, tail } = following()
  target.resume()
  for (let number = 0; number < 100; number++) stderr.write(`${'x'.repeat(5_000)}\n`)
  stderr.end()
  await tail.ended
  expect(tail.lines().map(({ length }) => length)).toEqual([1_000, 1_000, 1_000, 1_000])
})
