import { expect, test } from 'vitest'
import { serviceNames } from '#topology/derive/definitions.ts'
import { paths, sourceFiles } from './repository-files.ts'
import {
  ambientAccess,
  branchesInMain,
  folderMismatches,
  isPureRoot,
  lengthViolations,
  purityViolations,
  quotedTopics,
  violationLines,
} from './rules.ts'
import { forbiddenTopicNames } from './topic-names.ts'

/** The house rules on this repository. Each message says what to do; `rules.test.ts` shows what they catch. */
const everywhere = (rule: (path: string, text: string) => Parameters<typeof violationLines>[0]): readonly string[] =>
  violationLines([...sourceFiles].flatMap(([path, text]) => rule(path, text)))

test('no topic name is quoted outside the map', () => {
  expect(everywhere((path, text) => quotedTopics(path, text, forbiddenTopicNames))).toEqual([])
})

test('decide files, the map, the schemas and the planner are pure, with all they import', () => {
  const roots = [...sourceFiles.keys()].filter(isPureRoot)
  expect(roots.length).toBeGreaterThan(20)
  expect(violationLines(purityViolations(sourceFiles, roots))).toEqual([])
})

test('time, chance and settings come through ports and config', () => {
  expect(everywhere(ambientAccess)).toEqual([])
})

test('process entries do not branch', () => {
  expect(everywhere(branchesInMain)).toEqual([])
})

test('files are short', () => {
  expect(everywhere(lengthViolations)).toEqual([])
})

test('the services of the map and the folders are the same, and complete', () => {
  expect(violationLines(folderMismatches(serviceNames, paths))).toEqual([])
})
