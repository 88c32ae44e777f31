import { type Command, InvalidArgumentError } from 'commander'
import type { Settings } from '#runtime/config/config.ts'

export type CommonOptions = {
  readonly home?: string
  readonly kafka?: string
  readonly registry?: string
  readonly port?: number
}

/** Settings from the environment; options of the command take precedence over them, and `fixed` over both. Loaded on use: `--help` needs none. */
export async function settingsOf(
  { home, kafka, registry, port }: CommonOptions,
  fixed: Partial<Settings> = {},
): Promise<Settings> {
  const { readSettings } = await import('#runtime/config/config.ts')
  return readSettings(process.env, { home, kafka, registry, port, ...fixed })
}

export function withCommonOptions(command: Command): Command {
  return withJsonOption(
    command
      .option('--home <dir>', 'folder of the embedded log, objects and vectors')
      .option('--kafka <brokers>', 'Kafka brokers as host:port,… instead of the embedded log')
      .option('--registry <url>', 'Confluent-compatible schema registry; needed with --kafka'),
  )
}

export function withPortOption(command: Command): Command {
  return command.option('--port <n>', 'base port of the HTTP listeners; 0 takes a free port', wholeNumber)
}

export function withJsonOption(command: Command): Command {
  return command.option('--json', 'print the result as one JSON object, on the last line of stdout', false)
}

export function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('give a whole number')
  return Number(text)
}
