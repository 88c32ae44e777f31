import type { Command } from 'commander'
import { topic } from '#topology/topic-names.ts'
import { settingsOf, withJsonOption, withPortOption } from '../options.ts'

const helpOfAdd = `
FILE is JSON: a list of tools, or an object with tools and, where you like, agent, name, stages, budgets, targets, sampling.
A tool is described as for OpenAI, Anthropic or by an MCP server, or as {"name", "description", "argumentSchema"}:

  [{"type": "function", "function": {"name": "get_booking", "description": "Looks up a booking.",
    "parameters": {"type": "object", "properties": {"locator": {"type": "string"}}, "required": ["locator"]}}}]

Example: flywheel agents add airline.json
Adding an agent again changes it. The services use the change within seconds.`

/** `agents add`, `list`, `show`, `remove`: what ingest knows of agents. */
export function addAgentCommands(program: Command, signal: AbortSignal): void {
  const agents = program.command(topic.agents).description('register the agents whose turns are watched')
  const withServer = (command: Command): Command =>
    withJsonOption(withPortOption(command).option('--url <url>', 'base URL of ingest'))

  withServer(agents.command('add <file>'))
    .description('register an agent with its tools, or change it; needs a key with the scope admin')
    .option('--agent <name>', 'name of the agent, as its turns give it; default: agent in FILE, else the name of FILE')
    .addHelpText('after', helpOfAdd)
    .action(async (file, options) =>
      (await import('./agents.ts')).addAgent(file, options, await settingsOf(options), signal),
    )
  withServer(agents.command('list'))
    .description('print the registered agents')
    .action(async options => (await import('./agents.ts')).listAgents(options, await settingsOf(options), signal))
  withServer(agents.command('show <name>'))
    .description('print one agent with its tools, stages and budgets')
    .action(async (name, options) =>
      (await import('./agents.ts')).showAgent(name, options, await settingsOf(options), signal),
    )
  withServer(agents.command('remove <name>'))
    .description(
      'remove an agent: its turns are refused from then on, and what is in the log stays; needs the scope admin',
    )
    .action(async (name, options) =>
      (await import('./agents.ts')).removeAgent(name, options, await settingsOf(options), signal),
    )
}
