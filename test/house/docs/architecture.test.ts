import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { httpEdges } from '#topology/derive/diagram.ts'
import { services } from '#topology/map.ts'
import { paths, root } from '../repository-files.ts'
import { filesOf, longSteps, partsOf, type ServiceEdge, unreachedServices } from './walk.ts'

/** `house.test.ts` checks the order of the files by their imports. */
const parts = partsOf(readFileSync(join(root, 'docs/architecture.md'), 'utf8'))

const definitions = Object.entries(services)
const topicEdges = definitions.flatMap(([from, { writes }]) =>
  definitions.flatMap(([to, { reads, follows }]): readonly ServiceEdge[] => {
    const received: readonly string[] = [...reads, ...follows]
    return writes.some(topic => received.includes(topic)) ? [[from, to]] : []
  }),
)
const edges = [...topicEdges, ...httpEdges]

test('the files are there, at most 40', () => {
  const files = filesOf(parts)
  expect(files.length).toBeGreaterThan(25)
  expect(files.length).toBeLessThanOrEqual(40)
  expect(files.filter(path => !paths.includes(path))).toEqual([])
})

test('each service is reached from one before it, and the last leads back to the first', () => {
  expect(unreachedServices(parts, edges)).toEqual([])
  const named = parts.flatMap(part => part.services)
  expect(edges).toContainEqual([named.at(-1), named[0]])
})

test('every service that a turn passes is on the way', () => {
  const named = new Set(parts.flatMap(part => part.services))
  expect(Object.keys(services).filter(name => !named.has(name))).toEqual(['console'])
})

test('a step is one or two sentences', () => {
  expect(longSteps(parts)).toEqual([])
})
