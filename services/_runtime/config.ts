import { z } from 'zod'
import { Fault } from './faults.ts'

const port = z.coerce.number().int().min(0).max(65_535)

/** Every setting of the program, each an environment variable `FLYWHEEL_` + its name in capitals. */
const shape = z.object({
  home: z.string().min(1).default('./.flywheel').describe('Folder of the embedded log, of objects and of vectors.'),
  kafka: z
    .string()
    .min(1)
    .optional()
    .describe('Kafka brokers, host:port separated by commas; absent: the embedded log.'),
  registry: z.url().optional().describe('URL of a Confluent-compatible schema registry; needed with Kafka.'),
  kafkaReplication: z.coerce.number().int().min(1).max(5).default(1).describe('Replicas of each topic.'),
  host: z.string().min(1).default('127.0.0.1').describe('Address the HTTP listeners bind to.'),
  port: port.default(8600).describe('Base port; 0 takes a free one.'),
  ingestUrl: z.url().optional().describe('Where the gateway sends its logs; derived from the port when absent.'),
  apiKey: z
    .string()
    .min(16)
    .optional()
    .describe('Key that callers send as a bearer token; needed to bind beyond loopback.'),
  logLevel: z
    .enum(['silent', 'error', 'warn', 'info', 'debug'])
    .default('info')
    .describe('Least level that is logged.'),
})

export type Settings = z.infer<typeof shape>

const variable = (name: string): string => `FLYWHEEL_${name.replace(/[A-Z]/g, letter => `_${letter}`).toUpperCase()}`

/** For the README's table. */
export const settingsTable = Object.entries(shape.shape).map(([name, field]) => ({
  variable: variable(name),
  about: field.description ?? '',
  default: field.safeParse(undefined).data as string | number | undefined,
}))

/**
 * Settings from the environment, `overrides` (command-line options) first. Throws one FLY_CONFIG that lists every problem,
 * unknown names with our prefix included.
 */
export function readSettings(
  environment: Readonly<Record<string, string | undefined>>,
  overrides: Partial<Record<keyof Settings, unknown>> = {},
): Settings {
  const names = new Map(Object.keys(shape.shape).map(name => [variable(name), name]))
  const problems: string[] = []
  const given: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(environment)) {
    if (!key.startsWith('FLYWHEEL_') || value === undefined) continue
    const name = names.get(key)
    if (name) given[name] = value
    else problems.push(`${key}: no such setting; known are ${[...names.keys()].join(', ')}`)
  }
  for (const [name, value] of Object.entries(overrides)) if (value !== undefined) given[name] = value
  const parsed = shape.safeParse(given)
  if (!parsed.success)
    for (const issue of parsed.error.issues) problems.push(`${variable(String(issue.path[0]))}: ${issue.message}`)
  if (parsed.data?.kafka && !parsed.data.registry)
    problems.push('FLYWHEEL_REGISTRY: needed with FLYWHEEL_KAFKA; give the URL of a Confluent-compatible registry')
  if (problems.length > 0 || !parsed.data) throw new Fault('FLY_CONFIG', problems.join('; '))
  return parsed.data
}

/** The environment that gives these settings to another process. */
export function toEnvironment(settings: Settings): Record<string, string> {
  return Object.fromEntries(
    Object.entries(settings).flatMap(([name, value]) => (value === undefined ? [] : [[variable(name), String(value)]])),
  )
}
