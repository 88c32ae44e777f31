import { expect, test } from 'vitest'
import { type ImportViolation, importGraph } from './import-graph.ts'
import { forbidden } from './import-rules.ts'
import { knownViolations } from './known-violations.ts'
import { paths, root } from './repository-files.ts'
import { roomOf } from './rooms.ts'

/** The import rules on this repository; `import-rules.test.ts` shows what they catch. */
const { violations } = await importGraph(root, ['schemas', 'topology', 'services', 'test'])

const remedy = new Map(forbidden.map(({ name, comment }) => [name, comment]))

const edge = ({ from, to }: ImportViolation): string => (from === to ? from : `${from} -> ${to}`)

const isKnown = (violation: ImportViolation): boolean =>
  knownViolations[violation.rule]?.includes(edge(violation)) ?? false

test('imports follow the rules', () => {
  const found = violations
    .filter(violation => !isKnown(violation))
    .map(one => `${edge(one)} breaks "${one.rule}": ${[remedy.get(one.rule), ...one.cycle].join(' -> ')}`)
  expect(found).toEqual([])
})

test('what is listed as a known violation still is one: delete the others from known-violations.ts', () => {
  const gone = Object.entries(knownViolations).flatMap(([rule, edges]) =>
    edges.filter(known => !violations.some(one => one.rule === rule && edge(one) === known)),
  )
  expect(gone).toEqual([])
})

test('every file lies in a room', () => {
  const code = paths.filter(path => path.endsWith('.ts') && !path.startsWith('test/'))
  expect(code.filter(path => roomOf(path) === undefined)).toEqual([])
})
