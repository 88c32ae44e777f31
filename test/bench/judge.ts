import { execFileSync } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Command, InvalidArgumentError } from 'commander'
import { readSettings } from '#runtime/config/config.ts'
import { openReader } from '#runtime/host/connections.ts'
import { topic } from '#topology/topic-names.ts'
import type { EventOf, TopicName } from '#topology/types.ts'
import { quality } from './judge/quality.ts'
import { qualityTable } from './judge/quality-table.ts'

type JudgeBenchOptions = {
  readonly seed: number
  readonly gold: number
  readonly home?: string
  readonly json: boolean
}

const entry = fileURLToPath(import.meta.resolve('#services/_cli/main.ts'))

/** `bench judge`: the offline judge on the demo's stream, compared with the truth that only the simulated customers know. */
export const judge = new Command('judge')
  .description("the offline judge on the demo's stream, each score given before its gold, against the desk's truth")
  .option('--seed <n>', 'seed of the demo', wholeNumber, 1)
  .option('--gold <n>', 'gold answers of the demo', wholeNumber, 1_600)
  .option('--home <dir>', 'a finished demo of that seed instead of a new one')
  .option('--json', 'one JSON object on the last line of stdout', false)
  .action(measure)

async function measure({ seed, gold, home, json }: JudgeBenchOptions): Promise<void> {
  const finished = home ?? mkdtempSync(join(tmpdir(), 'flywheel-'))
  if (home === undefined) {
    const run = ['demo', '--once', '--port', '0', '--home', finished, '--seed', String(seed), '--gold', String(gold)]
    execFileSync(process.execPath, [entry, ...run], { stdio: ['ignore', 'ignore', 'inherit'] })
  }
  const { log, codec, close } = await openReader(readSettings({ FLYWHEEL_HOME: finished }))
  const eventsOf = async <T extends TopicName>(name: T): Promise<EventOf<T>[]> => {
    const events: EventOf<T>[] = []
    await log.read(
      [name],
      { from: 'beginning', follow: false },
      async records => {
        for (const { value } of records) if (value) events.push((await codec.decode(name, value)) as EventOf<T>)
      },
      AbortSignal.timeout(600_000),
    )
    return events
  }
  try {
    const found = quality(seed, {
      turns: await eventsOf(topic.chatLogs),
      samples: await eventsOf(topic.selectedSamples),
      scores: await eventsOf(topic.scoredSamples),
    })
    process.stdout.write(qualityTable(found))
    if (json) process.stdout.write(`${JSON.stringify({ seed, gold, ...found })}\n`)
  } finally {
    await close()
  }
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError('give a whole number')
  return Number(text)
}
