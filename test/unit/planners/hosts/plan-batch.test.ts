import { expect, test } from 'vitest'
import { planBatch } from '#planners/hosts/plan-batch.ts'
import type { Planned } from '#planners/plan.ts'
import type { HostedPlanner } from '#planners/planner.ts'
import { Fault } from '#runtime/core/faults.ts'
import { userMessage } from '#test/support/data/turns.ts'
import { turnsDuring } from '#test/support/event-loop-turns.ts'

const never = new AbortController().signal
const requests = Array.from({ length: 40 }, (_, at) => ({ input: { messages: [userMessage(`${at}`)] } }))
const planned = (text: string): Planned => ({
  plan: { calls: [], text, confidence: null, margin: null, ranking: null, exampleIds: [] },
  ...{ model: null, usage: null, firstTokenMs: null, latencyMs: 1 },
})
const textOf = (one: Planned | { readonly failed: string }) => ('failed' in one ? one.failed : one.plan.text)
const questionOf: (request: Parameters<HostedPlanner['plan']>[0]) => string = ({ input }) =>
  input.messages.map(({ text }) => text).join()

test('results come in order though plans end in another, and never more than so many are planned at a time', async () => {
  let inProgress = 0
  let most = 0
  const plan: HostedPlanner['plan'] = async request => {
    most = Math.max(most, ++inProgress)
    const turns = 1 + (Number(questionOf(request)) % 3)
    for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate)
    inProgress--
    return planned(questionOf(request))
  }
  const results = await Array.fromAsync(planBatch(plan, requests, { concurrency: 4 }, never))
  expect(results.map(textOf)).toEqual(requests.map(questionOf))
  expect(most).toBe(4)
})

test('a request that an outage failed says why; the others are planned', async () => {
  const plan: HostedPlanner['plan'] = async request => {
    if (questionOf(request) === '1') throw new Fault('FLY_MODEL', 'rate limit')
    return planned(questionOf(request))
  }
  const results = await Array.fromAsync(planBatch(plan, requests.slice(0, 3), { concurrency: 2 }, never))
  expect(results.map(textOf)).toEqual(['0', 'rate limit', '2'])
})

test('any other error ends the batch', async () => {
  const plan: HostedPlanner['plan'] = () => Promise.reject(new TypeError('a bug'))
  await expect(Array.fromAsync(planBatch(plan, requests, { concurrency: 2 }, never))).rejects.toThrow('a bug')
})

test('other work of the process is done between plans that do not wait', async () => {
  const plan: HostedPlanner['plan'] = async request => planned(questionOf(request))
  const turns = await turnsDuring(Array.fromAsync(planBatch(plan, requests, { concurrency: 2 }, never)))
  expect(turns).toBeGreaterThanOrEqual(2)
})
