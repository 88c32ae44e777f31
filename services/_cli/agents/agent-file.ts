import { readFileSync } from 'node:fs'
import { basename, extname } from 'node:path'
import { ZodError } from 'zod'
import { agentBody, agentParams } from '#dialects/agent-body.ts'
import { Fault } from '#runtime/core/faults.ts'
import { isObject, type JsonObject } from '#runtime/core/json.ts'

/** What ingest is sent to register an agent, and how many tools it has. */
export type AgentFile = { readonly agent: string; readonly body: object; readonly tools: number }

/** Reads the description of an agent, or only its list of tools. FLY_USAGE that names the field and the fix. */
export function readAgentFile(path: string, givenName: string | undefined): AgentFile {
  const { agent: nameInFile, ...body } = parseFile(path)
  try {
    const { agent } = agentParams.parse({ agent: givenName ?? nameInFile ?? basename(path, extname(path)) })
    return { agent, body, tools: agentBody.parse(body).tools.length }
  } catch (error) {
    if (!(error instanceof ZodError)) throw error
    const problems = error.issues.map(({ path: field, message }) => `${path} ${field.join('.') || 'body'}: ${message}`)
    throw new Fault('FLY_USAGE', problems.join('\n'))
  }
}

/** The fields of the file; a list is the tools. */
function parseFile(path: string): JsonObject {
  let parsed: unknown
  try {
    parsed = JSON.parse(readFileSync(path, 'utf8').replace(/^\uFEFF/, ''))
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new Fault('FLY_USAGE', `${path}: cannot be read as JSON: ${reason}`, {}, error)
  }
  if (Array.isArray(parsed)) return { tools: parsed }
  if (isObject(parsed)) return parsed
  throw new Fault(
    'FLY_USAGE',
    `${path}: must be a list of tools, or an object with tools; see flywheel agents add --help`,
  )
}
