import { expect, test } from 'vitest'
import type { HostedPlanner } from '#planners/planner.ts'
import { canonicalJson, digest } from '#runtime/core/identity.ts'
import { toolOf } from '#schemas/turns.ts'
import { evaluator } from '#services/evaluator/service.ts'
import { call } from '#test/support/data/turns.ts'
import { fakePlanner } from '#test/support/doubles/fake-planner.ts'
import { topic } from '#topology/topic-names.ts'
import { evaluationRow, evaluationSet, promptTuned } from './events.ts'

const rows = ['a', 'b', 'c', 'd'].map(name => ({
  ...evaluationRow(name, name < 'c' ? 'quote' : 'fees'),
  ...(name === 'a' ? { logged: { calls: [call('fees')], planner: null, latencyMs: 800 } } : {}),
}))
const set = evaluationSet(rows)
const event = promptTuned({ evaluation: digest(canonicalJson(set)) })

/** The baseline always quotes; the candidate is right but for the last row. Every request is written down. */
function fakePorts() {
  const asked: string[] = []
  const hosted: ReturnType<typeof fakePlanner>[] = []
  const host = async (name: string): Promise<HostedPlanner> => {
    const planner = fakePlanner(name, ({ input, exceptFamily }) => {
      const texts = input.messages.map(({ text }) => text)
      asked.push([name, ...texts, exceptFamily].join(' '))
      const row = rows.find(({ messages }) => messages.at(-1)?.text === texts.at(-1))
      const tool = name === 'base' ? 'quote' : row?.id === 'row-d' ? 'other' : toolOf(row?.calls ?? [])
      return { tool, confidence: 1, margin: 1, ranking: [] }
    })
    hosted.push(planner)
    return planner
  }
  const objects = { get: async () => Buffer.from(canonicalJson(set)) }
  return { asked, hosted, ports: { objects, planners: { host } } }
}

const gathered = ({ ports } = fakePorts(), signal = new AbortController().signal) =>
  evaluator.gather?.({ topic: topic.tunedPrompts, event }, ports, signal)

test('both planners plan the same rows, beside what production did', async () => {
  const logged = { tool: 'fees', planner: null, latencyMs: 800 }
  const run = await gathered()
  expect(run?.results).toEqual({
    format: 2,
    candidate: 'better',
    baseline: 'base',
    rows: [
      { id: 'row-a', tool: 'quote', candidateTool: 'quote', baselineTool: 'quote', inclusionProbability: 1, logged },
      {
        id: 'row-b',
        tool: 'quote',
        candidateTool: 'quote',
        baselineTool: 'quote',
        inclusionProbability: 1,
        logged: null,
      },
      {
        id: 'row-c',
        tool: 'fees',
        candidateTool: 'fees',
        baselineTool: 'quote',
        inclusionProbability: 1,
        logged: null,
      },
      {
        id: 'row-d',
        tool: 'fees',
        candidateTool: 'other',
        baselineTool: 'quote',
        inclusionProbability: 1,
        logged: null,
      },
    ],
  })
})

test('the family of each row is left out, and who goes first alternates', async () => {
  const fake = fakePorts()
  await gathered(fake)
  const measured = fake.asked.slice(-8)
  expect(measured[0]).toBe('better before ask a family-a')
  expect(measured.map(line => line.split(' ')[0])).toEqual([
    ...['better', 'base'],
    ...['base', 'better'],
    ...['better', 'base'],
    ...['base', 'better'],
  ])
})

test('a stop in the middle ends the run, and the planners are closed', async () => {
  const stop = new AbortController()
  const fake = fakePorts()
  const run = gathered(fake, stop.signal)
  stop.abort(new Error('stopped'))
  await expect(run).rejects.toThrow('stopped')
  expect(fake.hosted.map(planner => planner.closed())).toEqual([1, 1])
})
