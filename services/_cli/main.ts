#!/usr/bin/env node
import { Command, InvalidArgumentError, Option } from 'commander'
import { readSettings, type Settings } from '#runtime/config.ts'
import { describe } from '#runtime/main.ts'
import { topic } from '#topology/names.ts'
import { demo } from './demo.ts'
import { importFile } from './import.ts'
import { status } from './status.ts'
import { tail } from './tail.ts'
import { applyPlan, showPlan } from './topics.ts'
import { up } from './up.ts'

/** The `flywheel` command: names and texts of what it can do; each command is a file beside this one. */
const program = new Command('flywheel')
  .description("Turns an AI agent's production chat logs into a better agent, event by event.")
  .showHelpAfterError()
  .configureHelp({ showGlobalOptions: true })

const stop = new AbortController()
for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => stop.abort())

// A reader that has seen enough, as head does, is no error.
process.stdout.on('error', error => {
  if ((error as NodeJS.ErrnoException).code === 'EPIPE') process.exit(0)
  throw error
})

const number = (text: string): number => {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('give a whole number')
  return Number(text)
}
type Common = { home?: string; kafka?: string; registry?: string; port?: number }
const settingsOf = ({ home, kafka, registry, port }: Common, defaults: Partial<Settings> = {}): Settings => {
  const given = Object.entries({ home, kafka, registry, port }).filter(([, value]) => value !== undefined)
  return readSettings(process.env, { ...defaults, ...Object.fromEntries(given) })
}

const common = (command: Command): Command =>
  command
    .option('--home <dir>', 'folder of the embedded log, objects and vectors')
    .option('--kafka <brokers>', 'Kafka brokers host:port,… instead of the embedded log')
    .option('--registry <url>', 'Confluent-compatible schema registry, needed with --kafka')
    .option('--json', 'one JSON object on the last line of stdout', false)
const withPort = (command: Command): Command =>
  command.option('--port <n>', 'base port of the HTTP listeners; 0 takes a free one', number)

withPort(common(program.command('demo')))
  .description('turn the whole wheel on a simulated support desk, and show what became better')
  .option('--once', 'end after the last round instead of staying up', false)
  .option(
    '--data <dir>',
    "questions from DIR/train.csv and held-out rows from DIR/test.csv (columns text,category) instead of the desk's own",
  )
  .option('--gold <n>', 'gold answers in all', number, 1600)
  .addOption(
    new Option('--sampling <how>', 'how turns are chosen for review').choices(['active', 'random']).default('active'),
  )
  .option('--seed <n>', 'seed of customers and reviewers', number, 1)
  .action(options => demo(options, defaults => settingsOf(options, defaults), stop.signal))

withPort(common(program.command('up')))
  .description('run the services: all in this process on the embedded log, or one process each on Kafka')
  .option('--embedded', 'the embedded log in --home (the default)', false)
  .option('--services <list>', 'only these services, separated by commas')
  .action(options => up(options, settingsOf(options), stop.signal))

program
  .command('import <file>')
  .description('send a CSV or JSONL file to ingest; nothing is sent unless every row is valid')
  .requiredOption('--agent <agent>', 'the agent the rows belong to')
  .addOption(
    new Option('--kind <kind>', 'what the rows are')
      .choices([topic.chatLogs, topic.escalations, topic.feedback])
      .default(topic.chatLogs),
  )
  .option('--url <url>', 'base URL of ingest')
  .option('--json', 'one JSON object on the last line of stdout', false)
  .action((file, options) => importFile(file, options, settingsOf({}), stop.signal))

program
  .command('status')
  .description('lag, releases and quality of the wheel that is up')
  .option('--url <url>', 'base URL of the console')
  .option('--json', 'one JSON object on the last line of stdout', false)
  .action(options => status(options, settingsOf({})))

withPort(common(program.command('tail <topic>')))
  .description('print the events of a topic')
  .option('--from-beginning', 'from the first record on instead of new ones only', false)
  .option('--exit', 'end at the end of the log', false)
  .action((name, options) => tail(name, options, settingsOf(options), stop.signal))

const topics = program.command('topics').description('compare the log with the map')
common(topics.command('plan'))
  .description('print what apply would do')
  .action(options => showPlan(options, settingsOf(options)))
common(topics.command('apply'))
  .description('create what is missing')
  .action(options => applyPlan(options, settingsOf(options)))

try {
  await program.parseAsync()
} catch (error) {
  if (!stop.signal.aborted) {
    process.exitCode = 1
    process.stderr.write(`${describe(error)}\n`)
  }
}
