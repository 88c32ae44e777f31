import { expect, test } from 'vitest'
import { canonicalJson, digest } from '#runtime/core/identity.ts'
import type { DatasetRow } from '#schemas/objects.ts'
import { toolOf } from '#schemas/turns.ts'
import type { CandidateRow } from '#services/curator/candidates.ts'
import { buildDataset, removeContradictions } from '#services/curator/dataset.ts'
import { call, userMessage } from '#test/support/data/turns.ts'
import { isHeldOut } from '#text/families.ts'
import { row, words } from './makers.ts'

const input = {
  agent: 'desk',
  version: 1,
  tools: ['quote', 'fees'],
  evaluationShare: 0.3,
  syntheticShare: 0.5,
  errors: new Map(),
  maxRows: 15_000,
}

/** Fields of a row that asks these texts, the newest last. */
const asking = (...texts: string[]) => ({ messages: texts.map(userMessage) })
/** Fields of a row for which one call of this tool is right. */
const calling = (tool: string) => ({ calls: [call(tool)] })

/** The first family name with this prefix on the wanted side of the split. */
function family(prefix: string, held: boolean): string {
  for (let n = 0; ; n++) if (isHeldOut(`${prefix}-${n}`, input.evaluationShare) === held) return `${prefix}-${n}`
}

function build(rows: readonly DatasetRow[], over: Partial<Parameters<typeof buildDataset>[0]> = {}) {
  return buildDataset({ ...input, candidates: rows.map(item => candidate(item)), ...over })
}

function candidate(item: DatasetRow, at = 0, sampleId = item.id): CandidateRow {
  return { row: item, sampleId, at, isEstimationRow: true }
}

test('the split holds out the stated share of families, and what .1 holds out .2 holds out too', () => {
  const families = Array.from({ length: 4000 }, (_, n) => `family-${n}`)
  const held = families.filter(name => isHeldOut(name, 0.2))
  expect(held.length / families.length).toBeCloseTo(0.2, 1)
  expect(held.length).toBeGreaterThan(720)
  expect(families.filter(name => isHeldOut(name, 0.1) && !isHeldOut(name, 0.2))).toEqual([])
})

test('a late correction is never held out for evaluation, where its weight would be false, and is a training row elsewhere', () => {
  const rows = [
    row('held', { family: family('a', true) }),
    row('late', { family: family('b', true), ...asking(words(2)) }),
    row('trained', { family: family('c', false), ...asking(words(3)) }),
  ]
  const candidates = rows.map(item => ({ ...candidate(item), isEstimationRow: item.id === 'held' }))
  const { dataset, evaluation, dropped } = build([], { candidates })
  expect(evaluation.rows.map(({ id }) => id)).toEqual(['held'])
  expect(dataset.rows.map(({ id }) => id)).toEqual(['trained'])
  expect(dropped).toMatchObject({ late: 1 })
})

test('a training question that is an evaluation question but for case is dropped and counted', () => {
  const question = words(1)
  const { dataset, dropped } = build([
    row('r1', { family: family('a', true), ...asking(question) }),
    row('r2', { family: family('b', false), ...asking(`${question.toUpperCase()}!`) }),
    row('r3', { family: family('c', false) }),
  ])
  expect(dataset.rows.map(({ id }) => id)).toEqual(['r3'])
  expect(dropped).toMatchObject({ leaking: 1, collapsed: 0 })
})

test('a training question with one more small word than an evaluation question leaks, whatever its tool', () => {
  const question = `${words(1)} ${words(2)} ${words(3)}`
  const { dropped } = build([
    row('r1', { family: family('a', true), ...asking(question) }),
    row('r2', { family: family('b', false), ...asking(`${question} please`), ...calling('fees') }),
  ])
  expect(dropped).toMatchObject({ leaking: 1 })
})

test('near-duplicates inside a tool collapse to the gold one; across tools they stay', () => {
  const question = `${words(1)} ${words(2)} ${words(3)}`
  const near = asking(`${question} please`)
  const { dataset, dropped } = build([
    row('r1', { family: family('a', false), ...asking(question), synthetic: true }),
    row('r2', { family: family('b', false), ...near }),
    row('r3', { family: family('c', false), ...asking(`ok ${question}`), ...calling('fees') }),
  ])
  expect(dataset.rows.map(({ id }) => id)).toEqual(['r2', 'r3'])
  expect(dropped).toMatchObject({ collapsed: 1 })
})

test('of contradicting rows the majority stays, then the most recent, and variants go with their gold', () => {
  const same = asking('How much is it?')
  const majority = [
    candidate(row('r1', same)),
    candidate(row('r2', same)),
    candidate(row('r3', { ...asking('how much is it'), ...calling('fees') }), 99),
    candidate(row('v4', { ...calling('fees'), synthetic: true }), 99, 'r3'),
  ]
  expect(removeContradictions(majority).map(({ id }) => id)).toEqual(['r1', 'r2'])
  const tie = [candidate(row('r1', same), 1), candidate(row('r2', { ...same, ...calling('fees') }), 2)]
  expect(removeContradictions(tie).map(({ id }) => id)).toEqual(['r2'])
})

test('the same words after other turns do not contradict', () => {
  const rows = [
    candidate(row('r1', asking('price of gold?', 'yes'))),
    candidate(row('r2', { ...asking('what do you charge?', 'yes'), ...calling('fees') })),
  ]
  expect(removeContradictions(rows)).toHaveLength(2)
})

test('synthetic rows are at most their share of each tool, and never evaluate', () => {
  const parts = Array.from({ length: 40 }, (_, n) => row(`r${n}`, { family: `f${n}`, synthetic: n % 4 !== 0 }))
  const { dataset, evaluation, dropped } = build(parts, { syntheticShare: 0.25 })
  const synthetic = dataset.rows.filter(item => item.synthetic).length
  expect(synthetic).toBe(Math.floor((dataset.rows.length - synthetic) / 3))
  expect(dropped.capped).toBeGreaterThan(0)
  expect(evaluation.rows.some(item => item.synthetic)).toBe(false)
})

test('rows of tools that left the catalogue are dropped', () => {
  expect(build([row('r1', calling('gone'))]).dropped).toMatchObject({ uncatalogued: 1 })
})

test('the order in which rows come does not change the digest', () => {
  const rows = Array.from({ length: 60 }, (_, n) => row(`r${n}`, { family: `f${n}`, synthetic: n % 5 === 0 }))
  const digests = [rows, rows.toReversed()].map(some => digest(canonicalJson(build(some))))
  expect(digests[0]).toBe(digests[1])
})

test('over the maximum, rows are drawn from every stratum, more where the planner errs', () => {
  const rows = Array.from({ length: 400 }, (_, n) => row(`r${n}`, calling(n % 2 ? 'quote' : 'fees')))
  const errors = new Map([
    ['quote', { graded: 100, wrong: 50 }],
    ['fees', { graded: 100, wrong: 1 }],
  ])
  const { dataset, dropped } = build(rows, { errors, maxRows: 100, evaluationShare: 0 })
  const count = (tool: string) => dataset.rows.filter(item => toolOf(item.calls) === tool).length
  expect(dataset.rows).toHaveLength(100)
  expect(dropped.unpicked).toBe(300)
  expect(count('quote')).toBeGreaterThan(1.5 * count('fees'))
  expect(count('fees')).toBeGreaterThanOrEqual(20)
})
