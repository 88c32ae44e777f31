import { describe, expect, test } from 'vitest'
import { violationLines } from './text.ts'
import {
  ambientAccess,
  branchesInMain,
  computedImports,
  forcedTypes,
  quotedTopics,
  unboundedLabels,
} from './text-rules.ts'
import { forbiddenTopicNames } from './topic-names.ts'

describe('a topic name in quotes', () => {
  const found = (path: string, text: string): readonly string[] =>
    violationLines(quotedTopics(path, text, forbiddenTopicNames))

  test.each([
    ["emit({ topic: 'scored-samples' })", 'topic.scoredSamples from topology/topic-names.ts'],
    ['emit({ topic: "scored-samples" })', 'topic.scoredSamples from topology/topic-names.ts'],
    ['emit({ topic: `scored-samples` })', 'topic.scoredSamples from topology/topic-names.ts'],
    ["case 'agents':", 'topic.agents from topology/topic-names.ts'],
    ["count('gold-answers.judge.dlq')", 'what topology/derive/names.ts gives'],
    ["count('decisions.judge')", 'what topology/derive/names.ts gives'],
    ["count('state.judge')", 'what topology/derive/names.ts gives'],
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

test('a forced type is refused in production code', () => {
  expect(forcedTypes('services/judge/http-api.ts', 'answer(body as never)')).toHaveLength(1)
  expect(forcedTypes('services/judge/http-api.ts', 'answer(body as unknown as Answer)')).toHaveLength(1)
  expect(forcedTypes('services/judge/http-api.ts', 'const body: unknown = read() // never as never')).toEqual([])
  expect(forcedTypes('test/unit/services/judge/http-api.test.ts', 'answer(body as never)')).toEqual([])
})

test('a module that is imported by a computed name is refused', () => {
  expect(computedImports('services/judge/service.ts', 'await import(name)')).toHaveLength(1)
  expect(computedImports('services/judge/service.ts', 'await import(`./verdict.ts`)')).toHaveLength(1)
  expect(computedImports('services/judge/service.ts', "await import('./verdict.ts')")).toEqual([])
})

test('a label of a metric that is not known to be bounded is refused', () => {
  expect(unboundedLabels('services/console/metrics.ts', "labelNames: ['topic', 'hour'],")).toEqual([
    expect.objectContaining({ message: expect.stringContaining('label hour') }),
  ])
  expect(unboundedLabels('services/console/metrics.ts', "...{ name, help, labelNames: ['topic', 'group'] },")).toEqual(
    [],
  )
})
