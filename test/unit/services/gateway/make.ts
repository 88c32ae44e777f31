import type { AgentDescribed, ReleaseDecided } from '#schemas/events.ts'
import { toAgentDescribed } from '#services/ingest/agent-described.ts'

export const desk = (
  descriptions: Record<string, string> = { quote: 'Price of a security.' },
  agent = 'desk',
): AgentDescribed =>
  toAgentDescribed(
    agent,
    { tools: Object.entries(descriptions).map(([name, description]) => ({ name, description })) },
    1000,
  )

export const release = (planner: string, over: Partial<ReleaseDecided> = {}): ReleaseDecided => ({
  id: `release of ${planner}`,
  parents: [],
  at: 2000,
  agent: 'desk',
  outcome: 'promoted',
  planner,
  candidate: planner,
  previous: null,
  rung: 'lora',
  datasetVersion: 1,
  evaluationId: 'e1',
  requestId: 'q1',
  reasons: [],
  accuracy: 0.9,
  difference: 0.1,
  lower: 0.05,
  upper: 0.15,
  ...over,
})
