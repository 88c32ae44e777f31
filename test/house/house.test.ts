import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { serviceNames } from '#topology/derive/definitions.ts'
import { leaps, partsOf } from './docs/walk.ts'
import { folderMismatches, fullFolders, longFile, looseRuntimeFiles, misplacedTests } from './files/folder-rules.ts'
import { isPureRoot, purityViolations } from './files/purity.ts'
import { violationLines } from './files/text.ts'
import {
  ambientAccess,
  branchesInMain,
  computedImports,
  forcedTypes,
  quotedTopics,
  type TextRule,
  unboundedLabels,
} from './files/text-rules.ts'
import { forbiddenTopicNames } from './files/topic-names.ts'
import { type ImportViolation, importGraph } from './imports/graph.ts'
import { roomOf } from './imports/rooms.ts'
import { forbidden } from './imports/rules.ts'
import { paths, root, sourceFiles } from './repository-files.ts'

/** The house rules on this repository. Each message says what to do; the tests beside the rules show what they catch. */
const { imports, violations } = await importGraph(root, ['schemas', 'topology', 'services', 'test'])

const edge = ({ from, to }: ImportViolation): string => (from === to ? from : `${from} -> ${to}`)

test('imports follow the rules', () => {
  const remedies = new Map(forbidden.map(({ name, comment }) => [name, comment]))
  const found = violations.map(
    one => `${edge(one)} breaks "${one.rule}": ${[remedies.get(one.rule), ...one.cycle].join(' -> ')}`,
  )
  expect(found).toEqual([])
})

test('every file lies in a room', () => {
  const code = [...sourceFiles.keys()].filter(path => !path.startsWith('test/'))
  expect(code.filter(path => roomOf(path) === undefined)).toEqual([])
})

test('each file of docs/architecture.md is one import away from one before it in its part', () => {
  expect(leaps(partsOf(readFileSync(join(root, 'docs/architecture.md'), 'utf8')), imports)).toEqual([])
})

test('decide files, the map, the schemas and the libraries are pure, with all they import', () => {
  const roots = [...sourceFiles.keys()].filter(isPureRoot)
  expect(roots.length).toBeGreaterThan(20)
  expect(violationLines(purityViolations(sourceFiles, imports, roots))).toEqual([])
})

const everywhere = (rule: TextRule): readonly string[] =>
  violationLines([...sourceFiles].flatMap(([path, text]) => rule(path, text)))

test('no topic name is quoted outside the map', () => {
  expect(everywhere((path, text) => quotedTopics(path, text, forbiddenTopicNames))).toEqual([])
})

test('time, chance and settings come through ports and config', () => {
  expect(everywhere(ambientAccess)).toEqual([])
})

test('process entries do not branch', () => {
  expect(everywhere(branchesInMain)).toEqual([])
})

test('no type is forced', () => {
  expect(everywhere(forcedTypes)).toEqual([])
})

test('labels of metrics have bounded values', () => {
  expect(everywhere(unboundedLabels)).toEqual([])
})

test('imports name their file', () => {
  expect(everywhere(computedImports)).toEqual([])
})

test('files are short', () => {
  expect(everywhere(longFile)).toEqual([])
})

test('folders hold at most twenty source files', () => {
  expect(violationLines(fullFolders(paths))).toEqual([])
})

test('unit tests lie where their sources lie', () => {
  expect(violationLines(misplacedTests(paths))).toEqual([])
})

test('the runtime’s parts lie in sub-folders', () => {
  expect(violationLines(looseRuntimeFiles(paths))).toEqual([])
})

test('the services of the map and the folders are the same, and complete', () => {
  expect(violationLines(folderMismatches(serviceNames, paths))).toEqual([])
})
