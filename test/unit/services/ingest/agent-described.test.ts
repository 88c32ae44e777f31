import { describe, expect, it } from 'vitest'
import { defaultBudgets, defaultTargets, toAgentDescribed } from '#services/ingest/agent-described.ts'

const now = 1_800_000_000_000

describe('an agent', () => {
  const tools = [{ name: 'quote', description: 'Price.' }]
  it('has defaults for fields that are not given', () => {
    const event = toAgentDescribed('desk', { tools, budgets: { reviewersPerItem: 3, sampleShare: undefined } }, now)
    expect(event).toMatchObject({ name: 'desk', sampling: 'active', targets: defaultTargets })
    expect(event.budgets).toEqual({ ...defaultBudgets, reviewersPerItem: 3 })
    expect(event).toMatchObject({ tools: [{ argumentSchema: null }], stages: [] })
  })
  it('keeps the prompts and models of its stages', () => {
    const stages = [{ name: 'planner', prompt: 'Be brief.' }]
    expect(toAgentDescribed('desk', { tools, stages }, now).stages).toEqual([
      { name: 'planner', prompt: 'Be brief.', model: null },
    ])
  })
  it('has an id that derives from its content', () => {
    expect(toAgentDescribed('desk', { tools }, now).id).toBe(
      toAgentDescribed('desk', { tools, name: 'desk' }, now + 9).id,
    )
    expect(toAgentDescribed('desk', { tools, name: 'Desk' }, now).id).not.toBe(
      toAgentDescribed('desk', { tools }, now).id,
    )
  })
})
