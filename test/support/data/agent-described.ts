import type { AgentDescribed } from '#schemas/events.ts'
import { toAgentDescribed } from '#services/ingest/agent-described.ts'

type Tool = { readonly name: string; readonly description: string }

/** A description as ingest makes it, with the default budgets and targets, of an agent `desk` with these tools. */
export function agentDescribed(tools: readonly Tool[], changes: Partial<AgentDescribed> = {}): AgentDescribed {
  return { ...toAgentDescribed('desk', { tools: [...tools] }, 0), ...changes }
}
