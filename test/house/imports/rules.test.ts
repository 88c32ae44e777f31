import { describe, expect, test } from 'vitest'
import type { ImportViolation } from './graph.ts'
import { graphOf } from './plant.ts'
import { rooms } from './rooms.ts'

const runtime = (path: string): string => `services/_runtime/${path}`

/** Who must not import what. */
const refused: readonly (readonly [who: string, from: string, to: string])[] = [
  ['an adapter of the log, its sibling', runtime('log/kafka/read.ts'), runtime('log/embedded/file.ts')],
  ['and the other way', runtime('log/embedded/file.ts'), runtime('log/kafka/read.ts')],
  ['an adapter of the registry, one of the log', runtime('registry/embedded.ts'), runtime('log/embedded/file.ts')],
  ['a service, another', 'services/judge/decide.ts', 'services/curator/state.ts'],
  ['a service, the desk', 'services/judge/service.ts', 'services/_desk/tools.ts'],
  ['a service, the list of services', 'services/judge/service.ts', 'services/all.ts'],
  ['a service, how records are processed', 'services/judge/service.ts', runtime('processing/decide-record.ts')],
  ['a service, what opens planners', 'services/evaluator/service.ts', 'services/_planners/open.ts'],
  ['a service, the linear planner', 'services/gateway/wanted-planner.ts', 'services/_planners/linear/manifest.ts'],
  ['a process entry, another service', 'services/judge/main.ts', 'services/curator/service.ts'],
  ['a host of planners, the linear planner', 'services/_planners/hosts/a.ts', 'services/_planners/linear/manifest.ts'],
  ['the port of planners, a kind', 'services/_planners/planner.ts', 'services/_planners/linear/manifest.ts'],
  ['_text, a part of the runtime that is not core', 'services/_text/values.ts', runtime('objects/folder.ts')],
  ['_text, the schemas', 'services/_text/values.ts', 'schemas/events.ts'],
  ['_text, _statistics', 'services/_text/values.ts', 'services/_statistics/random.ts'],
  ['_statistics, _text', 'services/_statistics/random.ts', 'services/_text/values.ts'],
  ['a command, the inside of a service', 'services/_cli/import/rows.ts', 'services/ingest/turns.ts'],
  ['a command, one service', 'services/_cli/replay/replay.ts', 'services/judge/service.ts'],
  ['http, processing', runtime('http/server.ts'), runtime('processing/record-window.ts')],
  ['core, the log', runtime('core/backoff.ts'), runtime('log/event-log.ts')],
  ['telemetry, processing', runtime('telemetry/tracing.ts'), runtime('processing/record-window.ts')],
  ['state, dead letters', runtime('state/state.ts'), runtime('dead-letters/find.ts')],
  ['dead letters, the host', runtime('dead-letters/find.ts'), runtime('host/records.ts')],
  ['processing, replay', runtime('processing/decide-record.ts'), runtime('replay/rerun.ts')],
  ['replay, the host', runtime('replay/rerun.ts'), runtime('host/main.ts')],
  ['the runtime, planners', runtime('host/open-runtime.ts'), 'services/_planners/planner.ts'],
  ['the runtime, a service', runtime('host/main.ts'), 'services/judge/service.ts'],
  ['the map, the runtime', 'topology/derive/names.ts', runtime('registry/schema-registry.ts')],
  ['production, a test', 'services/judge/service.ts', 'test/support/given.ts'],
]

/** Adapters that lie in one folder with their port. */
const refusedSiblings: readonly (readonly [port: string, from: string, to: string])[] = [
  ['registry', runtime('registry/http.ts'), runtime('registry/embedded.ts')],
  ['object store', runtime('objects/s3.ts'), runtime('objects/folder.ts')],
  ['language model', 'services/_models/adapters/openai.ts', 'services/_models/adapters/bedrock.ts'],
  ['host', 'services/_planners/hosts/vllm.ts', 'services/_planners/hosts/bedrock.ts'],
  ['training lane', 'services/_planners/lanes/sagemaker.ts', 'services/_planners/lanes/in-process.ts'],
]

const allowed: readonly (readonly [from: string, to: string])[] = [
  ['services/judge/decide.ts', 'services/judge/model/verdict.ts'],
  ['services/judge/main.ts', 'services/judge/service.ts'],
  ['services/judge/main.ts', runtime('host/main.ts')],
  ['services/evaluator/main.ts', 'services/_planners/open.ts'],
  ['services/judge/service.ts', runtime('service.ts')],
  ['services/judge/service.ts', 'services/_models/language-model.ts'],
  ['services/judge/grade.ts', 'services/_text/values.ts'],
  ['services/strategist/decide.ts', 'services/_planners/kinds.ts'],
  ['services/_planners/kinds.ts', 'services/_planners/linear/kind.ts'],
  ['services/_planners/lanes/in-process.ts', 'services/_planners/training.ts'],
  [runtime('log/kafka/produce/send.ts'), runtime('log/kafka/faults.ts')],
  [runtime('log/kafka/faults.ts'), runtime('log/event-log.ts')],
  ['services/_text/values.ts', runtime('core/identity.ts')],
  ['services/_cli/replay/replay.ts', 'services/all.ts'],
  ['services/all.ts', 'services/judge/service.ts'],
  ['test/unit/services/judge/decide.test.ts', 'services/judge/decide.ts'],
]

/** All rows in one repository: to look at many files takes no longer than to look at one. */
async function planted(keyword: 'import' | 'import type'): Promise<readonly ImportViolation[]> {
  const edges = [...[...refused, ...refusedSiblings].map(([, from, to]) => [from, to] as const), ...allowed]
  const files: Record<string, string> = {}
  for (const [from, to] of edges) {
    files[from] = `${files[from] ?? ''}${keyword} { a } from '${specifierOf(to)}'\n`
    files[to] ??= ''
  }
  return (await graphOf(files)).violations
}

const specifierOf = (path: string): string =>
  `#${path.replace(/^services\/_(runtime|planners|models|text|statistics|redaction)\//, '$1/')}`

describe.each([
  ['value', await planted('import')],
  ['type', await planted('import type')],
])('an import of a %s', (_what, violations) => {
  const rulesBroken = (from: string, to: string): readonly string[] =>
    violations
      .filter(violation => violation.from === from && violation.to === to && violation.cycle.length === 0)
      .map(({ rule }) => rule)

  test.each(refused)('%s: refused', (_who, from, to) => {
    expect(rulesBroken(from, to)).toEqual([expect.stringMatching(/^what .* may import$/)])
  })

  test.each(refusedSiblings)('an adapter of the %s, its sibling: refused', (_port, from, to) => {
    expect(rulesBroken(from, to)).toEqual([expect.stringMatching(/^adapters in /)])
  })

  test.each(allowed)('%s may import %s', (from, to) => {
    expect(rulesBroken(from, to)).toEqual([])
  })
})

const unreached = 'every file is reached from a process entry'

async function violationsIn(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const { violations } = await graphOf(files)
  return violations
    .filter(({ rule }) => rule !== unreached)
    .map(({ rule, from, to, cycle }) => `${rule}: ${[from, ...(cycle.length > 0 ? cycle : [to])].join(' -> ')}`)
}

test.each(['import type', 'import'])('a cycle of %s is refused', async keyword => {
  const found = await violationsIn({
    'services/judge/a.ts': `${keyword} { b } from './b.ts'`,
    'services/judge/b.ts': `${keyword} { c } from '#services/judge/c.ts'`,
    'services/judge/c.ts': `${keyword} { a } from './a.ts'`,
  })
  expect(found).toEqual([
    'no cycles: services/judge/a.ts -> services/judge/b.ts -> services/judge/c.ts -> services/judge/a.ts',
  ])
})

test('every form of import is seen', async () => {
  const forms = {
    'all.ts': "export * from '../curator/state.ts'",
    'dynamic.ts': "const read = async () => (await import('../curator/state.ts')).a",
    'effect.ts': "import '../curator/state.ts'",
    'named.ts': "export { a } from '../curator/state.ts'",
    'type.ts': "import {\n  type A,\n} from '#services/curator/state.ts'",
    'types.ts': "export type * from '#services/curator/state.ts'",
  }
  const importers = Object.entries(forms).map(([name, text]) => [`services/judge/${name}`, text] as const)
  const found = await violationsIn({ ...Object.fromEntries(importers), 'services/curator/state.ts': '' })
  expect(found.toSorted()).toEqual(
    importers.map(([path]) => `what services/* may import: ${path} -> services/curator/state.ts`),
  )
})

test('an import of a file that is not there is refused', async () => {
  const found = await violationsIn({ 'services/judge/decide.ts': "import { a } from './gone.ts'" })
  expect(found).toEqual(['every import is there: services/judge/decide.ts -> ./gone.ts'])
})

test('a package that package.json does not declare is refused', async () => {
  const found = await violationsIn({
    'services/judge/decide.ts': "import { pad } from 'left-pad'",
    'node_modules/left-pad/package.json': '{ "name": "left-pad", "main": "index.js" }',
    'node_modules/left-pad/index.js': '',
  })
  expect(found).toEqual([
    'production uses declared dependencies: services/judge/decide.ts -> node_modules/left-pad/index.js',
  ])
})

test('a file that no process entry reaches is refused', async () => {
  const { violations } = await graphOf({
    'services/judge/main.ts': "import { judge } from './service.ts'",
    'services/judge/service.ts': "export const judge = new URL('./worker.ts', import.meta.url)",
    'services/judge/worker.ts': 'export const work = 1',
  })
  expect(violations.map(({ rule, from }) => [rule, from])).toEqual([[unreached, 'services/judge/worker.ts']])
})

test('rooms import each other in one direction', () => {
  const unsorted = new Map(rooms.map(({ path, imports }) => [path, imports]))
  for (let before = -1; before !== unsorted.size; ) {
    before = unsorted.size
    for (const [path, imports] of unsorted) if (imports.every(other => !unsorted.has(other))) unsorted.delete(path)
  }
  expect([...unsorted.keys()]).toEqual([])
})
