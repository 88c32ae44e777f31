import { z } from 'zod'
import { Fault } from '../core/faults.ts'
import { pemProblems } from './pem.ts'

const port = z.coerce.number().int().min(0).max(65_535)
const optionalText = z.string().min(1).optional()
const positive = z.coerce.number().int().min(1)
const price = z.coerce.number().positive().optional()

/** Every setting of the program, each an environment variable `FLYWHEEL_` + its name in capitals. */
const settingsSchema = z.object({
  home: z
    .string()
    .min(1)
    .default('./.flywheel')
    .describe('Folder of the embedded log, objects, vectors and copies of state.'),
  kafka: z
    .string()
    .regex(/^[^\s,:]+:\d+(,[^\s,:]+:\d+)*$/, 'give host:port, several separated by commas')
    .optional()
    .describe('Kafka brokers, host:port separated by commas; absent: the embedded log.'),
  kafkaReplication: z.coerce.number().int().min(1).max(5).default(1).describe('Replicas of each topic.'),
  kafkaTls: z.stringbool().default(false).describe('Whether the brokers are spoken to over TLS.'),
  kafkaCa: optionalText.describe(
    "PEM file with who signs the brokers' certificates; absent: whom Node and the system trust.",
  ),
  kafkaCert: optionalText.describe('PEM file with the certificate to show to the brokers (mutual TLS).'),
  kafkaKey: optionalText.describe('PEM file with the key of that certificate, without a passphrase.'),
  kafkaSasl: z
    .enum(['plain', 'scram-sha-256', 'scram-sha-512'])
    .optional()
    .describe('SASL mechanism; `plain` without TLS sends the password readable.'),
  kafkaUser: optionalText.describe('SASL user name.'),
  kafkaPassword: optionalText.describe('SASL password.'),
  registry: z
    .url()
    .refine(url => !/\/\/[^/]*@/.test(url), 'give user and password in FLYWHEEL_REGISTRY_USER and _PASSWORD')
    .optional()
    .describe('URL of a Confluent-compatible schema registry; needed with Kafka.'),
  registryUser: optionalText.describe('User name for the registry (HTTP basic authentication).'),
  registryPassword: optionalText.describe('Password for the registry.'),
  host: z.string().min(1).default('127.0.0.1').describe('Address the HTTP listeners bind to.'),
  port: port.default(8600).describe('Base port; 0 takes a free one.'),
  ingestUrl: z.url().optional().describe('Where the gateway sends its logs; derived from the port when absent.'),
  apiKey: z
    .string()
    .min(16)
    .optional()
    .describe('Key that callers send as a bearer token; needed to bind beyond loopback.'),
  apiKeys: optionalText.describe(
    'JSON file with keys of less power: [{"name", "sha256", "scopes": ["ingest", "plan", "review", "adjudicate", "read", "admin"], "requestsPerSecond"}].',
  ),
  redactionKey: z
    .string()
    .min(16)
    .optional()
    .describe('Key of the pseudonyms that personal data becomes; absent: a random one, kept in the home folder.'),
  model: optionalText.describe(
    'Language model that stages may ask, as its server names it; absent: every stage uses its offline method.',
  ),
  modelUrl: z
    .url()
    .refine(url => !/\/\/[^/]*@/.test(url), 'give the key in FLYWHEEL_MODEL_KEY')
    .optional()
    .describe('Base URL of an OpenAI-compatible server; absent: Amazon Bedrock, reached as AWS variables say.'),
  modelKey: optionalText.describe('Key of that server.'),
  modelTimeoutSeconds: positive.max(600).default(60).describe('Longest time of one call of the model.'),
  modelConcurrency: positive.max(256).default(4).describe('Calls of the model at once, for each service of a process.'),
  modelTokensPerDay: z.coerce
    .number()
    .int()
    .min(0)
    .default(1_000_000)
    .describe('Tokens that each service may spend on a day (UTC), over all processes that share the home folder.'),
  modelInputPrice: price.describe('US dollars for a million tokens that the model reads; absent: cost is not counted.'),
  modelOutputPrice: price.describe('US dollars for a million tokens that it writes.'),
  logLevel: z
    .enum(['silent', 'error', 'warn', 'info', 'debug'])
    .default('info')
    .describe('Least level that is logged.'),
})

export type Settings = z.infer<typeof settingsSchema>
type SettingName = keyof Settings

/** Settings that mean something only beside others. */
const requiredBeside: Partial<Record<SettingName, readonly SettingName[]>> = {
  kafka: ['registry'],
  kafkaCa: ['kafkaTls'],
  kafkaCert: ['kafkaTls', 'kafkaKey'],
  kafkaKey: ['kafkaTls', 'kafkaCert'],
  kafkaSasl: ['kafkaUser', 'kafkaPassword'],
  kafkaUser: ['kafkaSasl', 'kafkaPassword'],
  kafkaPassword: ['kafkaSasl', 'kafkaUser'],
  registryUser: ['registryPassword'],
  registryPassword: ['registryUser'],
  apiKeys: ['apiKey'],
  modelUrl: ['model'],
  modelKey: ['modelUrl'],
  modelInputPrice: ['model', 'modelOutputPrice'],
  modelOutputPrice: ['model', 'modelInputPrice'],
}

const environmentVariable = (name: string): string =>
  `FLYWHEEL_${name.replace(/[A-Z]/g, letter => `_${letter}`).toUpperCase()}`

/** For the README's table. */
export const settingsTable = Object.entries(settingsSchema.shape).map(([name, field]) => ({
  variable: environmentVariable(name),
  about: field.description ?? '',
  default: field.safeParse(undefined).data as string | number | boolean | undefined,
}))

/**
 * Settings from the environment, `overrides` (command-line options) first. Throws one FLY_CONFIG that lists every problem,
 * unknown names with our prefix included.
 */
export function readSettings(
  environment: Readonly<Record<string, string | undefined>>,
  overrides: Partial<Record<SettingName, unknown>> = {},
): Settings {
  const names = new Map(Object.keys(settingsSchema.shape).map(name => [environmentVariable(name), name]))
  const problems: string[] = []
  const given: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(environment)) {
    if (!key.startsWith('FLYWHEEL_') || value === undefined) continue
    const name = names.get(key)
    if (name) given[name] = value
    else problems.push(`${key}: no such setting; known are ${[...names.keys()].join(', ')}`)
  }
  for (const [name, value] of Object.entries(overrides)) if (value !== undefined) given[name] = value
  const parsed = settingsSchema.safeParse(given)
  if (!parsed.success)
    for (const issue of parsed.error.issues)
      problems.push(`${environmentVariable(String(issue.path[0]))}: ${issue.message}`)
  problems.push(...missingCompanions(given))
  for (const [name, problem] of pemProblems(given)) problems.push(`${environmentVariable(name)}: ${problem}`)
  if (problems.length > 0 || !parsed.data) throw new Fault('FLY_CONFIG', problems.join('; '))
  return parsed.data
}

function missingCompanions(given: Readonly<Record<string, unknown>>): readonly string[] {
  // What is malformed is told elsewhere.
  const set = (name: SettingName): boolean =>
    Boolean(settingsSchema.shape[name].safeParse(given[name]).data ?? given[name])
  const missing = Object.entries(requiredBeside).flatMap(([name, partners]) =>
    set(name as SettingName) ? partners.filter(partner => !set(partner)).map(partner => [partner, name] as const) : [],
  )
  return [...Map.groupBy(missing, ([partner]) => partner)].map(
    ([partner, by]) =>
      `${environmentVariable(partner)}: needed with ${by.map(([, name]) => environmentVariable(name)).join(', ')}; set it`,
  )
}

/** The environment that gives these settings to another process. */
export function toEnvironment(settings: Settings): Record<string, string> {
  return Object.fromEntries(
    Object.entries(settings).flatMap(([name, value]) =>
      value === undefined ? [] : [[environmentVariable(name), String(value)]],
    ),
  )
}
