import { describe, expect, it } from 'vitest'
import { defaultBudgets, defaultTargets, toAgentDescribed } from '#services/ingest/agent-described.ts'

const now = 1_800_000_000_000

describe('an agent', () => {
  const tools = [
    { name: 'quote', description: 'Price.', argumentSchema: { type: 'object', additionalProperties: false } },
  ]
  it('has defaults for fields that are not given', () => {
    const event = toAgentDescribed('desk', { tools, budgets: { reviewersPerItem: 3, sampleShare: undefined } }, now)
    expect(event).toMatchObject({ name: 'desk', sampling: 'active', targets: defaultTargets })
    expect(event.budgets).toEqual({ ...defaultBudgets, reviewersPerItem: 3 })
    expect(event.tools[0]?.argumentSchema).toBe('{"additionalProperties":false,"type":"object"}')
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
