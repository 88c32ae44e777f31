import { describe, expect, test } from 'vitest'
import { folderMismatches, fullFolders, longFile, looseRuntimeFiles, misplacedTests } from './folder-rules.ts'
import { violationLines } from './text.ts'

describe('services and folders', () => {
  const whole = (name: string): string[] =>
    ['README.md', 'service.ts', 'main.ts'].map(file => `services/${name}/${file}`)
  const others = ['services/_runtime/host/start-services.ts', 'services/all.ts']

  test('agree', () => {
    expect(folderMismatches(['judge'], [...whole('judge'), ...others])).toEqual([])
  })

  test('a service of the map without a folder fails', () => {
    expect(violationLines(folderMismatches(['judge', 'jury'], whole('judge')))).toEqual([
      'services/jury/ is in the map but has no folder',
    ])
  })

  test('a folder that the map does not have fails', () => {
    expect(violationLines(folderMismatches(['judge'], [...whole('judge'), 'services/jury/decide.ts']))).toEqual([
      'services/jury/ is a folder but not in the map: add it to topology/map.ts',
    ])
  })

  test.each(['README.md', 'service.ts', 'main.ts'])('a service without %s fails', file => {
    const rest = [...whole('judge'), 'services/judge/state.ts'].filter(path => !path.endsWith(file))
    expect(violationLines(folderMismatches(['judge'], rest))).toEqual([
      `services/judge/${file} is missing: every service has it`,
    ])
  })
})

test('a file of more than 250 lines is refused', () => {
  expect(longFile('services/judge/decide.ts', 'a\n'.repeat(250))).toEqual([])
  expect(longFile('services/judge/decide.ts', 'a\n'.repeat(251))).toHaveLength(1)
})

test('a folder with more than 20 source files is refused', () => {
  const files = Array.from({ length: 21 }, (_, index) => `services/judge/rule-${index}.ts`)
  expect(violationLines(fullFolders(files))).toEqual(['services/judge holds 21 source files: 20 is the most'])
  expect(fullFolders([...files.slice(1), 'services/judge/README.md', 'services/judge/model/prompt.ts'])).toEqual([])
})

test('a file of the runtime beside its contract is refused', () => {
  const contract = ['services/_runtime/service.ts', 'services/_runtime/README.md', 'services/_runtime/core/clock.ts']
  expect(looseRuntimeFiles(contract)).toEqual([])
  expect(violationLines(looseRuntimeFiles([...contract, 'services/_runtime/clock.ts']))).toEqual([
    'services/_runtime/clock.ts lies beside the contract: move it to a sub-folder',
  ])
})

test('a unit test that has no source of its name at its place is refused', () => {
  const sources = [
    'services/judge/trust.ts',
    'services/_text/values.ts',
    'topology/map.ts',
    'services/ingest/otlp/wire.ts',
  ]
  const placed = [
    'test/unit/services/judge/trust.test.ts',
    'test/unit/text/values.test.ts',
    'test/unit/topology/map.test.ts',
    'test/unit/services/ingest/otlp.test.ts',
  ]
  expect(misplacedTests([...sources, ...placed])).toEqual([])
  expect(violationLines(misplacedTests([...sources, 'test/unit/services/judge/standing.test.ts']))).toEqual([
    'test/unit/services/judge/standing.test.ts tests services/judge/standing.ts, which is not there: name and place it as its source',
  ])
})
