import { describe, expect, test } from 'vitest'
import { importsOf, resolve } from './imports.ts'
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

describe('a topic name in quotes', () => {
  const found = (path: string, text: string): readonly string[] =>
    violationLines(quotedTopics(path, text, forbiddenTopicNames))

  test.each([
    ["emit({ topic: 'scored-samples' })", 'topic.scoredSamples from topology/topic-names.ts'],
    ['emit({ topic: "scored-samples" })', 'topic.scoredSamples from topology/topic-names.ts'],
    ['emit({ topic: `scored-samples` })', 'topic.scoredSamples from topology/topic-names.ts'],
    ["case 'agents':", 'topic.agents from topology/topic-names.ts'],
    ["log.count('gold-answers.judge.dlq')", 'what topology/derive/names.ts gives'],
    ["log.count('decisions.judge')", 'what topology/derive/names.ts gives'],
    ["log.count('state.judge')", 'what topology/derive/names.ts gives'],
    ["registry.register('gold-answers-value')", 'what topology/derive/names.ts gives'],
  ])('%s fails and says what to write', (text, instead) => {
    for (const path of [
      'services/judge/decide.ts',
      'services/_cli/rows/tail.ts',
      'test/unit/services/judge/decide.test.ts',
    ]) {
      const [message] = found(path, `\n${text}\n`)
      expect(message).toContain(`${path}:2 `)
      expect(message).toContain(instead)
    }
  })

  test.each([
    ['the constant', 'emit({ topic: topic.scoredSamples })'],
    ['an HTTP path', "app.post('/v1/feedback')"],
    ['a sentence', "test('agents are registered once')"],
    ['a property', 'const counts = { feedback: 1 }'],
    ['an invented topic', "log.append([{ topic: 'scored-samples-test' }])"],
    ['a comment', "// writes 'scored-samples'\n  /** reads `gold-answers` */\n  const a = 1 // and 'feedback'"],
  ])('%s does not', (_what, text) => {
    expect(found('services/judge/decide.ts', text)).toEqual([])
  })

  test('in the map itself does not', () => {
    expect(found('topology/map.ts', "reads: ['scored-samples']")).toEqual([])
  })

  test('after a glob or a URL in the same file is still seen', () => {
    const text =
      "const glob = 'services/*/decide.ts' // 'agents'\nconst url = 'http://x'\nconst t = 'feedback'\nconst g = '**/*.ts'"
    expect(found('services/judge/a.ts', text)).toEqual([expect.stringContaining('services/judge/a.ts:3 ')])
  })
})

describe('a pure file', () => {
  const runtime = {
    'services/_runtime/core/identity.ts': "import { hash } from 'node:crypto'",
    'services/_runtime/core/faults.ts': 'export const faults = {}',
    'services/_statistics/intervals.ts': "import { Fault } from '#runtime/core/faults.ts'",
    'services/_runtime/objects/object-store.ts': "import { readFile } from 'node:fs/promises'",
  }

  const impure = (entries: Record<string, string>): readonly string[] => {
    const files = new Map(Object.entries({ ...runtime, ...entries }))
    return violationLines(purityViolations(files, [...files.keys()].filter(isPureRoot)))
  }

  test.each([
    ["import { readFileSync } from 'node:fs'", "'node:fs'"],
    ["import {\n  a,\n  readFileSync,\n} from 'node:fs'", "'node:fs'"],
    ["import 'node:fs'", "'node:fs'"],
    ["export { readFileSync } from 'node:fs'", "'node:fs'"],
    ["export * from 'fs'", "'fs'"],
    ["const fs = await import('node:fs')", "'node:fs'"],
    ['const fs = await import(name)', "'?'"],
    ["import { type A, b } from '#runtime/objects/object-store.ts'", "'node:fs/promises'"],
    ["import { a } from './gone.ts'", "'./gone.ts', which is not there"],
    ["import { Kafka } from 'kafkajs'", "'kafkajs'"],
    ['const now = Date.now()', 'Date.now'],
    ['const luck = Math.random()', 'Math.random'],
    ['const now = new Date()', 'new Date()'],
    ["const page = fetch('http://x')", 'fetch('],
    ['const home = process.env.HOME', 'process.'],
  ])('fails with %s', (text, what) => {
    for (const path of [
      'services/judge/decide.ts',
      'topology/map.ts',
      'schemas/events.ts',
      'services/_planners/linear/model/linear-planner.ts',
    ])
      expect(impure({ [path]: text })).toContainEqual(expect.stringContaining(what))
  })

  test('fails with what it reaches through its own imports', () => {
    const entries = {
      'services/judge/decide.ts': "import { grade } from './grade.ts'",
      'services/judge/grade.ts': "import { now } from './clock.ts'",
      'services/judge/clock.ts': 'export const now = Date.now()',
    }
    const message =
      'services/judge/clock.ts:1 uses Date.now, which a pure file may not: gather brings what it needs as data'
    expect(impure(entries)).toEqual([`${message} (services/judge/decide.ts imports it and must stay pure)`])
  })

  test.each([
    ["import type { Clock } from '#runtime/clock.ts'"],
    ["import { type Clock, type Log } from '#runtime/clock.ts'"],
    ["import type { FastifyInstance } from 'fastify'"],
    ["import { deriveId } from '#runtime/core/identity.ts'"],
    ["import { Fault } from '../_runtime/core/faults.ts'"],
    ["import { interval } from '#statistics/intervals.ts'"],
    ["import { z } from 'zod'"],
    ['const at = new Date(event.at).toISOString()'],
    ["const text = 'fetch(this) at Date.now()' // never Date.now()"],
  ])('may have %s', text => {
    expect(impure({ 'services/judge/decide.ts': text })).toEqual([])
  })

  test('is not any other file', () => {
    expect(impure({ 'services/judge/service.ts': "import 'node:fs'", 'services/_runtime/x.ts': 'Date.now()' })).toEqual(
      [],
    )
  })
})

describe('services and folders', () => {
  const whole = (name: string): string[] =>
    ['README.md', 'service.ts', 'main.ts'].map(file => `services/${name}/${file}`)
  const others = ['services/_runtime/host/start-services.ts', 'services/all.ts']

  test('agree', () => {
    expect(folderMismatches(['judge'], [...whole('judge'), ...others])).toEqual([])
  })

  test('a service of the map without a folder fails', () => {
    expect(violationLines(folderMismatches(['judge', 'jury'], whole('judge')))).toEqual([
      'services/jury/:1 is in the map but has no folder',
    ])
  })

  test('a folder that the map does not have fails', () => {
    expect(violationLines(folderMismatches(['judge'], [...whole('judge'), 'services/jury/decide.ts']))).toEqual([
      'services/jury/:1 is a folder but not in the map: add it to topology/map.ts',
    ])
  })

  test.each(['README.md', 'service.ts', 'main.ts'])('a service without %s fails', file => {
    const rest = [...whole('judge'), 'services/judge/state.ts'].filter(path => !path.endsWith(file))
    expect(violationLines(folderMismatches(['judge'], rest))).toEqual([
      `services/judge/${file}:1 is missing: every service has it`,
    ])
  })
})

describe('small rules', () => {
  test('chance is refused everywhere, clocks and settings outside the runtime', () => {
    expect(ambientAccess('services/_runtime/host/start-services.ts', 'Math.random()')).toHaveLength(1)
    expect(ambientAccess('services/_runtime/core/clock.ts', 'Date.now()')).toEqual([])
    for (const text of ['Math.random()', 'Date.now()', 'new Date()', 'process.env.HOME'])
      expect(ambientAccess('services/judge/http-api.ts', text)).toHaveLength(1)
    expect(ambientAccess('services/judge/http-api.ts', 'new Date(event.at)')).toEqual([])
    expect(ambientAccess('services/_cli/main.ts', 'process.env')).toEqual([])
  })

  test('a main.ts with a branch is refused', () => {
    expect(branchesInMain('services/judge/main.ts', 'if (process.argv.length > 2) start()')).toHaveLength(1)
    expect(branchesInMain('services/judge/main.ts', 'await runService(ready ? judge : other)')).toHaveLength(1)
    expect(branchesInMain('services/judge/main.ts', 'await runService(judge)')).toEqual([])
    expect(branchesInMain('services/judge/http-api.ts', 'if (a) b()')).toEqual([])
  })

  test('a file of more than 250 lines is refused', () => {
    expect(lengthViolations('services/judge/decide.ts', 'a\n'.repeat(250))).toEqual([])
    expect(lengthViolations('services/judge/decide.ts', 'a\n'.repeat(251))).toHaveLength(1)
  })
})

test('imports are found with their line and kind', () => {
  const text =
    "import type { A } from './a.ts'\nimport {\n  type B,\n  c,\n} from '#schemas/b.ts'\n\nexport const text = 'x'\n"
  expect(importsOf(text)).toEqual([
    { target: './a.ts', typeOnly: true, line: 1 },
    { target: '#schemas/b.ts', typeOnly: false, line: 2 },
  ])
  expect(resolve('services/judge/decide.ts', '../_planners/x.ts')).toBe('services/_planners/x.ts')
  expect(resolve('services/judge/decide.ts', '#runtime/log/event-log.ts')).toBe('services/_runtime/log/event-log.ts')
  expect(resolve('services/judge/decide.ts', 'zod')).toBeUndefined()
})
