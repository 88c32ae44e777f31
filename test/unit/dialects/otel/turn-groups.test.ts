import { expect, it } from 'vitest'
import { readSpan } from '#dialects/otel/read-span.ts'
import { spanTree } from '#dialects/otel/span-tree.ts'
import { turnGroups } from '#dialects/otel/turn-groups.ts'
import { messages, said, span, user } from './spans.make.ts'

it('turns that began in the same millisecond keep the order of the export', () => {
  const spans = ['ffffffffffffffff', '1111111111111111'].map(spanId =>
    span('chat', 0, 1, { spanId, attributes: messages([user(`Price of ${spanId}?`)], [said('200.')]) }),
  )
  const parts = spans.map(readSpan).flatMap(reading => (reading.kind === 'part' ? [reading.part] : []))
  expect(turnGroups(parts, spanTree(spans)).map(({ asked }) => asked)).toEqual([
    ['Price of ffffffffffffffff?'],
    ['Price of 1111111111111111?'],
  ])
})
