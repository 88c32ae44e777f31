import { z } from 'zod'
import type { Settings } from '#runtime/config/config.ts'
import { callService } from '../call-service.ts'
import { escapeControls, formatCount, formatPercent, printLines, tableLines } from '../output.ts'
import { readAgentFile } from './agent-file.ts'

type AgentOptions = { readonly url?: string; readonly json: boolean }

const changeSchema = z.looseObject({ agent: z.string(), id: z.string(), changed: z.boolean() })
const agentSchema = z.looseObject({
  agent: z.string(),
  name: z.string(),
  at: z.number(),
  tools: z.array(z.looseObject({ name: z.string(), description: z.string(), argumentSchema: z.string().nullable() })),
  stages: z.array(z.looseObject({ name: z.string(), prompt: z.string().nullable(), model: z.string().nullable() })),
  budgets: z.looseObject({ sampleShare: z.number(), reviewersPerItem: z.number(), newGoldForDataset: z.number() }),
  sampling: z.string(),
})
type Agent = z.infer<typeof agentSchema>
const agentsSchema = z.looseObject({ agents: z.array(agentSchema) })

const pathOf = (agent: string): string => `/v1/agents/${encodeURIComponent(agent)}`

/** Registers the agent that a file describes, or changes it. */
export async function addAgent(
  file: string,
  options: AgentOptions & { readonly agent?: string },
  settings: Settings,
  signal: AbortSignal,
): Promise<void> {
  const { agent, body, tools } = readAgentFile(file, options.agent)
  const server = { url: options.url, settings, signal }
  const change = changeSchema.parse(await callService('ingest', { method: 'PUT', path: pathOf(agent), body }, server))
  const outcome = change.changed ? 'is registered' : 'was registered so already'
  printLines([
    options.json
      ? JSON.stringify(change)
      : `${escapeControls(agent)} ${outcome} (tools: ${formatCount(tools)}): send its turns with "agent": ${JSON.stringify(agent)}`,
  ])
}

/** Prints all agents, one a line. */
export async function listAgents({ url, json }: AgentOptions, settings: Settings, signal: AbortSignal): Promise<void> {
  const answer = await callService('ingest', { method: 'GET', path: '/v1/agents' }, { url, settings, signal })
  const { agents } = agentsSchema.parse(answer)
  if (json) return printLines([JSON.stringify({ agents })])
  if (agents.length === 0) return printLines(['no agent is registered: flywheel agents add FILE registers one'])
  const rows = agents.map(({ agent, name, tools, stages, at }) => [
    escapeControls(agent),
    escapeControls(name),
    formatCount(tools.length),
    formatCount(stages.length),
    new Date(at).toISOString(),
  ])
  printLines(tableLines(['agent', 'name', 'tools', 'stages', 'since'], rows, new Set([2, 3])))
}

/** Prints one agent. */
export async function showAgent(
  agent: string,
  { url, json }: AgentOptions,
  settings: Settings,
  signal: AbortSignal,
): Promise<void> {
  const answer = await callService('ingest', { method: 'GET', path: pathOf(agent) }, { url, settings, signal })
  const described = agentSchema.parse(answer)
  printLines(json ? [JSON.stringify(described)] : agentLines(described))
}

/** Removes an agent. */
export async function removeAgent(
  agent: string,
  { url, json }: AgentOptions,
  settings: Settings,
  signal: AbortSignal,
): Promise<void> {
  const answer = await callService('ingest', { method: 'DELETE', path: pathOf(agent) }, { url, settings, signal })
  const change = changeSchema.parse(answer)
  const outcome = `${escapeControls(agent)} is removed: its turns are refused, and what is in the log stays`
  printLines([json ? JSON.stringify(change) : outcome])
}

function agentLines({ agent, name, at, tools, stages, budgets, sampling }: Agent): readonly string[] {
  const { sampleShare, reviewersPerItem, newGoldForDataset } = budgets
  const lines = [
    `${agent} (${name}), since ${new Date(at).toISOString()}`,
    `${formatPercent(sampleShare)} of the turns are selected for review (${sampling}), ${reviewersPerItem} reviews each; a dataset follows from ${newGoldForDataset} new gold answers`,
    ...tools.map(tool => `tool   ${tool.name}: ${tool.description}  ${tool.argumentSchema ?? 'one free-text query'}`),
    ...stages.map(stage => `stage  ${stage.name}: ${stage.model ?? 'no model'}; ${stage.prompt ?? 'no prompt'}`),
  ]
  return lines.map(escapeControls)
}
