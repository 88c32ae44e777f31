import { expect, test } from 'vitest'
import { serviceNames } from '#topology/derive/plans.ts'
import { topicNamesInQuotes } from './forbidden.ts'
import {
  ambient,
  branchyMain,
  crossings,
  folderGaps,
  impurities,
  isPureRoot,
  quotedTopics,
  told,
  tooLong,
} from './rules.ts'
import { files, paths } from './tree.ts'

/** The house rules on this repository. Each message says what to do; `rules.test.ts` shows what they catch. */
const everywhere = (rule: (path: string, text: string) => Parameters<typeof told>[0]): readonly string[] =>
  told([...files].flatMap(([path, text]) => rule(path, text)))

test('no topic name is quoted outside the map', () => {
  expect(everywhere((path, text) => quotedTopics(path, text, topicNamesInQuotes))).toEqual([])
})

test('decide files, the map, the schemas and the planner are pure, with all they import', () => {
  const roots = [...files.keys()].filter(isPureRoot)
  expect(roots.length).toBeGreaterThan(20)
  expect(told(impurities(files, roots))).toEqual([])
})

test('services import no services', () => {
  expect(everywhere(crossings)).toEqual([])
})

test('time, chance and settings come through ports and config', () => {
  expect(everywhere(ambient)).toEqual([])
})

test('process entries do not branch', () => {
  expect(everywhere(branchyMain)).toEqual([])
})

test('files are short', () => {
  expect(everywhere(tooLong)).toEqual([])
})

test('the services of the map and the folders are the same, and complete', () => {
  expect(told(folderGaps(serviceNames, paths))).toEqual([])
})
