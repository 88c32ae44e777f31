import type { FastifyInstance } from 'fastify'
import { agentBody, agentParams } from '#dialects/agent-body.ts'
import { httpError } from '#runtime/http/error.ts'
import type { AgentDescribed } from '#schemas/events.ts'
import { toAgentDescribed, toAgentRemoved } from './agent-described.ts'

/** Routes that register, change, show and remove agents. `agents` is updated once `append` has resolved. */
export function serveAgents(
  app: FastifyInstance,
  agents: Map<string, AgentDescribed>,
  append: (described: AgentDescribed) => Promise<void>,
  now: () => number,
): void {
  app.put<{ Params: { agent: string } }>('/v1/agents/:agent', async request => {
    const { agent } = agentParams.parse(request.params)
    const described = toAgentDescribed(agent, agentBody.parse(request.body), now())
    const changed = agents.get(agent)?.id !== described.id
    if (changed) {
      await append(described)
      agents.set(agent, described)
    }
    return { agent, id: described.id, changed }
  })
  app.get('/v1/agents', async () => ({ agents: [...agents.values()] }))
  app.get<{ Params: { agent: string } }>('/v1/agents/:agent', async request => {
    const described = agents.get(request.params.agent)
    if (!described) throw unknownAgentError()
    return described
  })
  app.delete<{ Params: { agent: string } }>('/v1/agents/:agent', async request => {
    const { agent } = request.params
    const described = agents.get(agent)
    if (!described) throw unknownAgentError()
    const removed = toAgentRemoved(described, now())
    await append(removed)
    agents.delete(agent)
    return { agent, id: removed.id, changed: true }
  })
}

const unknownAgentError = (): Error =>
  httpError(404, 'unknown_agent', 'No such agent: PUT /v1/agents/AGENT registers one')
