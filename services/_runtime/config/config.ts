import { z } from 'zod'
import { Fault } from '../core/faults.ts'
import { pemProblems } from './pem.ts'

const port = z.coerce.number().int().min(0).max(65_535)
const optionalText = z.string().min(1).optional()
const positive = z.coerce.number().int().min(1)
const price = z.coerce.number().positive().optional()

/** All settings. Each is an environment variable: `FLYWHEEL_` and the setting's name in upper snake case. */
const settingsSchema = z.object({
  home: z
    .string()
    .min(1)
    .default('./.flywheel')
    .describe('Directory for the embedded log, objects, vectors and state snapshots.'),
  objects: z
    .string()
    .regex(/^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](\/[\w.-]+)*\/?$/, 'give s3://BUCKET or s3://BUCKET/PREFIX')
    .optional()
    .describe(
      'Bucket for the objects, as s3://BUCKET/PREFIX. Region, endpoint and credentials are those of the AWS environment variables. If unset, the objects are in the home directory.',
    ),
  kafka: z
    .string()
    .regex(/^[^\s,:]+:\d+(,[^\s,:]+:\d+)*$/, 'give host:port, several separated by commas')
    .optional()
    .describe('Kafka brokers as a comma-separated list of host:port. If unset, the embedded log is used.'),
  namespace: z
    .string()
    .regex(
      /^(?!__)[A-Za-z0-9._-]{1,200}$/,
      'give at most 200 letters, digits, dots, underscores and hyphens, and not __ first: names in Kafka have no others',
    )
    .optional()
    .describe(
      'Prefix of all topics, consumer groups, transactional ids and registry subjects, followed by a dot, so that several deployments can share a cluster. Each needs a home directory of its own.',
    ),
  kafkaReplication: z.coerce
    .number()
    .int()
    .min(1)
    .max(5)
    .default(1)
    .describe('Number of replicas of each Kafka topic.'),
  kafkaTls: z.stringbool().default(false).describe('Connect to the brokers over TLS.'),
  kafkaCa: optionalText.describe(
    "PEM file with the certificate authorities for the brokers' certificates. If unset, those of Node and the system are used.",
  ),
  kafkaCert: optionalText.describe('PEM file with the client certificate (mutual TLS).'),
  kafkaKey: optionalText.describe('PEM file with the private key of the client certificate, without a passphrase.'),
  kafkaSasl: z
    .enum(['plain', 'scram-sha-256', 'scram-sha-512'])
    .optional()
    .describe('SASL mechanism. `plain` without TLS sends the password unencrypted.'),
  kafkaUser: optionalText.describe('SASL user name.'),
  kafkaPassword: optionalText.describe('SASL password.'),
  registry: z
    .url()
    .refine(url => !/\/\/[^/]*@/.test(url), 'give user and password in FLYWHEEL_REGISTRY_USER and _PASSWORD')
    .optional()
    .describe('URL of a Confluent-compatible schema registry. Required with Kafka.'),
  registryUser: optionalText.describe('User name for the schema registry (HTTP basic authentication).'),
  registryPassword: optionalText.describe('Password for the schema registry.'),
  host: z.string().min(1).default('127.0.0.1').describe('Address that the HTTP server binds to.'),
  port: port.default(8600).describe('Base HTTP port. 0 selects a free port.'),
  ingestUrl: z
    .url()
    .optional()
    .describe(
      'Base URL of the ingest service, to which the gateway sends its records. If unset, it is derived from the port.',
    ),
  apiKey: z
    .string()
    .min(16)
    .optional()
    .describe(
      'API key with full access, sent as a bearer token. Required if the server binds to an address other than loopback.',
    ),
  apiKeys: optionalText.describe(
    'JSON file with API keys of limited scope: [{"name", "sha256", "scopes": ["ingest", "plan", "review", "adjudicate", "read", "admin"], "requestsPerSecond"}].',
  ),
  redactionKey: z
    .string()
    .min(16)
    .optional()
    .describe(
      'Secret key for the pseudonyms that replace personal data. If unset, a random key is created and kept in the home directory.',
    ),
  gatherConcurrency: positive
    .max(256)
    .default(16)
    .describe('How many records of a partition are gathered at the same time, for each service.'),
  model: optionalText.describe(
    'Name of the language model, as its server knows it. If unset, every service uses its offline method.',
  ),
  modelUrl: z
    .url()
    .refine(url => !/\/\/[^/]*@/.test(url), 'give the key in FLYWHEEL_MODEL_KEY')
    .optional()
    .describe(
      'Base URL of an OpenAI-compatible server. If unset, Amazon Bedrock is used, configured by the AWS environment variables.',
    ),
  modelKey: optionalText.describe('API key for the model server.'),
  modelTimeoutSeconds: positive.max(600).default(60).describe('Timeout of one model call, in seconds.'),
  modelConcurrency: positive
    .max(256)
    .default(4)
    .describe('Maximum number of concurrent model calls, for each service in a process.'),
  modelTokensPerDay: z.coerce
    .number()
    .int()
    .min(0)
    .default(1_000_000)
    .describe('Token budget of each service per day (UTC), shared by all processes that use the same home directory.'),
  modelInputPrice: price.describe('Price of a million input tokens in US dollars. If unset, cost is not counted.'),
  modelOutputPrice: price.describe('Price of a million output tokens in US dollars.'),
  onLostPosition: z
    .enum(['stop', 'continue'])
    .optional()
    .describe(
      'What a service does when records were deleted before it decided them, or the log has forgotten its position: `stop`, or `continue` and tell it on the topic `lost-positions`. If unset, services whose output trains models stop and others continue.',
    ),
  logLevel: z
    .enum(['silent', 'error', 'warn', 'info', 'debug'])
    .default('info')
    .describe('Minimum level of log messages.'),
})

export type Settings = z.infer<typeof settingsSchema>
type SettingName = keyof Settings

/** For each setting, the other settings that it requires. */
const requiredSettings: Partial<Record<SettingName, readonly SettingName[]>> = {
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

/** The rows of the settings table in the README. */
export const settingsTable = Object.entries(settingsSchema.shape).map(([name, field]) => ({
  variable: environmentVariable(name),
  about: field.description ?? '',
  default: field.safeParse(undefined).data as string | number | boolean | undefined,
}))

/**
 * Reads the settings from the environment. `overrides` (command-line options) take precedence. Throws one FLY_CONFIG that lists
 * every problem, including unknown variables with the prefix `FLYWHEEL_`.
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
  problems.push(...missingSettings(given))
  for (const [name, problem] of pemProblems(given)) problems.push(`${environmentVariable(name)}: ${problem}`)
  if (problems.length > 0 || !parsed.data) throw new Fault('FLY_CONFIG', problems.join('; '))
  return parsed.data
}

function missingSettings(given: Readonly<Record<string, unknown>>): readonly string[] {
  // A malformed value counts as set: it is reported separately.
  const isSet = (name: SettingName): boolean =>
    Boolean(settingsSchema.shape[name].safeParse(given[name]).data ?? given[name])
  const missing = Object.entries(requiredSettings).flatMap(([name, required]) =>
    isSet(name as SettingName) ? required.filter(other => !isSet(other)).map(other => [other, name] as const) : [],
  )
  return [...Map.groupBy(missing, ([other]) => other)].map(
    ([other, dependents]) =>
      `${environmentVariable(other)}: needed with ${dependents.map(([, name]) => environmentVariable(name)).join(', ')}; set it`,
  )
}

/** Environment variables that pass these settings to another process. */
export function toEnvironment(settings: Settings): Record<string, string> {
  return Object.fromEntries(
    Object.entries(settings).flatMap(([name, value]) =>
      value === undefined ? [] : [[environmentVariable(name), String(value)]],
    ),
  )
}
