import { expect, test } from 'vitest'
import { isPureRoot, purityViolations } from './purity.ts'
import { violationLines } from './text.ts'

type File = { readonly text?: string; readonly imports?: readonly string[]; readonly types?: readonly string[] }

const decide = 'services/judge/decide.ts'
const libraries: Readonly<Record<string, File>> = {
  'services/_runtime/core/identity.ts': { imports: ['crypto'] },
  'services/_runtime/core/faults.ts': {},
  'services/_runtime/objects/object-store.ts': { imports: ['fs/promises'] },
  'services/_statistics/intervals.ts': { imports: ['services/_runtime/core/faults.ts'] },
}

function violationsIn(files: Readonly<Record<string, File>>): readonly string[] {
  const all = Object.entries({ ...libraries, ...files })
  const importsOf = ({ imports = [], types = [] }: File) => [
    ...imports.map(to => ({ to, typeOnly: false })),
    ...types.map(to => ({ to, typeOnly: true })),
  ]
  const found = purityViolations(
    new Map(all.map(([path, { text = '' }]) => [path, text])),
    new Map(all.map(([path, file]) => [path, importsOf(file)])),
    all.map(([path]) => path).filter(isPureRoot),
  )
  return violationLines(found)
}

test.each([
  'services/judge/decide.ts',
  'topology/map.ts',
  'schemas/events.ts',
  'services/_text/values.ts',
  'services/_statistics/random.ts',
  'services/_redaction/redact.ts',
])('%s is pure: it imports no module of Node', path => {
  expect(violationsIn({ [path]: { imports: ['fs'] } })).toEqual([`${path} imports 'fs', which a pure file may not`])
})

test.each([
  ['const now = Date.now()', 'Date.now'],
  ['const chance = Math.random()', 'Math.random'],
  ['const now = new Date()', 'new Date()'],
  ["const page = fetch('http://x')", 'fetch('],
  ['const home = process.env.HOME', 'process.'],
  ['const text = await read()', 'await'],
])('a pure file may not have %s', (text, found) => {
  expect(violationsIn({ [decide]: { text } })).toEqual([
    `${decide}:1 uses ${found}, which a pure file may not: gather brings what it needs as data`,
  ])
})

test.each([
  ['kafkajs', "imports 'kafkajs'"],
  ['./gone.ts', "imports './gone.ts'"],
  ['services/_runtime/objects/object-store.ts', "object-store.ts imports 'fs/promises'"],
])('a pure file may not import %s', (to, message) => {
  expect(violationsIn({ [decide]: { imports: [to] } })).toEqual([expect.stringContaining(message)])
})

test('what a pure file imports is pure, too', () => {
  const found = violationsIn({
    [decide]: { imports: ['services/judge/grade.ts'] },
    'services/judge/grade.ts': { imports: ['services/judge/clock.ts'] },
    'services/judge/clock.ts': { text: 'export const now = Date.now()' },
  })
  const message =
    'services/judge/clock.ts:1 uses Date.now, which a pure file may not: gather brings what it needs as data'
  expect(found).toEqual([`${message} (${decide} imports it and must stay pure)`])
})

test.each<[what: string, file: File]>([
  ['types of impure files', { types: ['services/_runtime/objects/object-store.ts', 'fastify'] }],
  ['hashes', { imports: ['services/_runtime/core/identity.ts'] }],
  ['pure libraries', { imports: ['services/_statistics/intervals.ts', 'zod'] }],
  ['a time that it is given', { text: 'const at = new Date(event.at).toISOString()' }],
  ['words in a string or a comment', { text: "const text = 'fetch(this) at Date.now()' // never Date.now()" }],
])('a pure file may have %s', (_what, file) => {
  expect(violationsIn({ [decide]: file })).toEqual([])
})

test('other files of a service need not be pure', () => {
  expect(violationsIn({ 'services/judge/service.ts': { text: 'Date.now()', imports: ['fs'] } })).toEqual([])
})
