import { describe, expect, test } from 'vitest'
import { fillBlock } from '#test/support/generate/generated-blocks.ts'

describe('a generated block', () => {
  const text = 'a\n<!-- generated:t -->\nold\n<!-- /generated -->\nb\n<!-- generated:u -->\n<!-- /generated -->\n'

  test('is filled, the rest stays, and again changes nothing', () => {
    const filled = fillBlock('md', text, 't', 'new')
    expect(filled).toBe(text.replace('old', 'new'))
    expect(fillBlock('md', filled, 't', 'new')).toBe(filled)
    expect(fillBlock('md', text, 'u', 'x')).toBe(text.replace('generated:u -->\n', 'generated:u -->\nx\n'))
  })

  test.each([
    ['missing', 'a\n'],
    ['open', 'a\n<!-- generated:t -->\nb\n'],
    ['there twice', text + text],
  ])('that is %s is refused', (_how, broken) => {
    expect(() => fillBlock('md', broken, 't', 'new')).toThrow("one block from '<!-- generated:t -->'")
  })
})
