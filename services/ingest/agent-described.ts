import type { AgentBody } from '#dialects/agent-body.ts'
import { canonicalJson, deriveId } from '#runtime/core/identity.ts'
import type { AgentDescribed, Budgets, Targets, Tool } from '#schemas/events.ts'

export const defaultBudgets: Budgets = {
  sampleShare: 0.1,
  reviewersPerItem: 1,
  overlapShare: 0.1,
  newGoldForDataset: 200,
  evaluationShare: 0.15,
  syntheticShare: 0.5,
  arms: { impact: 0.15, underrepresented: 0.05, random: 0.02 },
}
export const defaultTargets: Targets = { accuracy: 0.95, margin: 0.01, stratumMargin: 0.05 }

type Description = Omit<AgentBody, 'tools'> & {
  readonly tools: readonly (Pick<Tool, 'name' | 'description'> & Partial<Pick<Tool, 'argumentSchema'>>)[]
}

/** An agent as an event, with defaults for what is not given. The id derives from the content: the same description has the same id. */
export function toAgentDescribed(agent: string, body: Description, now: number): AgentDescribed {
  const content = {
    agent,
    name: body.name ?? agent,
    tools: body.tools.map(({ name, description, argumentSchema = null }) => ({ name, description, argumentSchema })),
    stages: (body.stages ?? []).map(({ name, prompt = null, model = null }) => ({ name, prompt, model })),
    budgets: withDefaults(defaultBudgets, body.budgets),
    targets: withDefaults(defaultTargets, body.targets),
    sampling: body.sampling ?? 'active',
  }
  return { id: deriveId('ingest/v1/agent', canonicalJson(content)), parents: [], at: now, ...content, removed: false }
}

/** The removal of an agent as an event. */
export function toAgentRemoved(described: AgentDescribed, now: number): AgentDescribed {
  const { id } = described
  return { ...described, id: deriveId('ingest/v1/agent-removed', id, now), parents: [id], at: now, removed: true }
}

/** A field that is given as undefined has its default, too. */
function withDefaults<T extends object>(defaults: T, given: { readonly [K in keyof T]?: T[K] | undefined } = {}): T {
  const filled = { ...defaults }
  for (const field of Object.keys(defaults) as (keyof T)[]) filled[field] = given[field] ?? defaults[field]
  return filled
}
