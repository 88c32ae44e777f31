import { expect, test, vi } from 'vitest'
import { createAgentTable } from '#runtime/processing/agents.ts'
import { agentDescribed } from '#test/support/data/agent-described.ts'
import { topic } from '#topology/topic-names.ts'

const desk = agentDescribed([{ name: 'quote', description: 'Prices.' }])
const described = (event: object) => ({ topic: topic.agents, event, timestamp: 0, headers: {} })

test('the newest description of each agent is kept', async () => {
  const agents = createAgentTable()
  const newer = { ...desk, name: 'Support desk' }
  for (const event of [desk, { ...desk, agent: 'bank' }, newer]) agents.onRecord(described(event))
  expect(agents.get('desk')).toBe(newer)
  expect(agents.all().map(({ agent }) => agent)).toEqual(['desk', 'bank'])
  expect(await agents.waitFor('desk')).toBe(newer)
})

test('records of other topics are ignored', () => {
  const agents = createAgentTable()
  agents.onRecord({ ...described(desk), topic: topic.releases })
  expect(agents.all()).toEqual([])
})

test('all who wait for an agent get its description when it comes', async () => {
  const agents = createAgentTable()
  const waiting = [agents.waitFor('desk'), agents.waitFor('desk')]
  agents.onRecord(described(desk))
  expect(await Promise.all(waiting)).toEqual([desk, desk])
})

test('an agent that does not come in time is FLY_AGENT, and can be waited for again', async () => {
  vi.useFakeTimers()
  const agents = createAgentTable()
  const missing = expect(agents.waitFor('desk')).rejects.toMatchObject({
    code: 'FLY_AGENT',
    details: { agent: 'desk' },
  })
  await vi.runAllTimersAsync()
  await missing
  vi.useRealTimers()
  const again = agents.waitFor('desk')
  agents.onRecord(described(desk))
  expect(await again).toBe(desk)
})
