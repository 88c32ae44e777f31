import { expect, onTestFinished, test, vi } from 'vitest'
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

test('an agent that was removed is not known', () => {
  const agents = createAgentTable()
  for (const event of [desk, { ...desk, removed: true }]) agents.onRecord(described(event))
  expect(agents.get('desk')).toBeUndefined()
  agents.onRecord(described(desk))
  expect(agents.get('desk')).toBe(desk)
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

const missing = { code: 'FLY_AGENT' }

test('only the first records of an unknown agent wait, together: all later ones are FLY_AGENT at once', async () => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const agents = createAgentTable()
  const first = Array.from({ length: 16 }, () => expect(agents.waitFor('ghost')).rejects.toMatchObject(missing))
  expect(vi.getTimerCount()).toBe(1)
  await vi.advanceTimersByTimeAsync(2_000)
  await Promise.all(first)
  const timers = vi.getTimerCount()
  for (let record = 0; record < 320; record++)
    await expect(agents.waitFor('ghost')).rejects.toMatchObject({ ...missing, details: { agent: 'ghost' } })
  expect(vi.getTimerCount()).toBe(timers)
})

/** A table that has waited for an agent which did not come, under fake timers. */
async function agentsWithoutDesk() {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const agents = createAgentTable()
  const waited = expect(agents.waitFor('desk')).rejects.toMatchObject(missing)
  await vi.advanceTimersByTimeAsync(2_000)
  await waited
  return agents
}

test('an agent that did not come is known at once when it is registered', async () => {
  const agents = await agentsWithoutDesk()
  agents.onRecord(described(desk))
  expect(await agents.waitFor('desk')).toBe(desk)
})

test('an agent that did not come is waited for again after a minute', async () => {
  const agents = await agentsWithoutDesk()
  await vi.advanceTimersByTimeAsync(60_000)
  const again = agents.waitFor('desk')
  agents.onRecord(described(desk))
  expect(await again).toBe(desk)
})

test('when many different agents do not come, no others are waited for', async () => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const agents = createAgentTable()
  const waited = Array.from({ length: 100 }, (_none, at) =>
    expect(agents.waitFor(`ghost-${at}`)).rejects.toMatchObject(missing),
  )
  expect(vi.getTimerCount()).toBe(32)
  await vi.advanceTimersByTimeAsync(2_000)
  await Promise.all(waited)
})
