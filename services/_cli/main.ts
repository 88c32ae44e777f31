#!/usr/bin/env node
import { Argument, Command, InvalidArgumentError, Option } from 'commander'
import { readSettings, type Settings } from '#runtime/config/config.ts'
import { describeError, stopOnSignal } from '#runtime/host/main.ts'
import { topic } from '#topology/topic-names.ts'
import { listDeadLetters, redriveDeadLetters, showDeadLetter } from './dead-letters/dlq.ts'
import { demo } from './demo/demo.ts'
import { findPersonalData } from './doctor.ts'
import { estimate, metrics, strata } from './estimate.ts'
import { importFormatNames } from './import/formats.ts'
import { importFile } from './import/import.ts'
import { replay } from './replay/replay.ts'
import { rollback } from './rollback.ts'
import { exportTopic } from './rows/export.ts'
import { exportFormatNames as exportNames } from './rows/export-formats.ts'
import { sql } from './rows/sql.ts'
import { tail } from './rows/tail.ts'
import { up } from './run/up.ts'
import { status } from './status.ts'
import { applyPlan, showPlan } from './topics.ts'

/** The `flywheel` command: names and texts of what it can do; each command is a file beside this one. */
const program = new Command('flywheel')
  .description("Turns an AI agent's production chat logs into a better agent, event by event.")
  .showHelpAfterError()
  .configureHelp({ showGlobalOptions: true })

/** In ms: as long as the services that it may have started can take, and some more. */
const stopWithinMs = 15_000
const shutdown = stopOnSignal(stopWithinMs, () => [program.args.join(' ')])

// A reader that has seen enough, as head does, is no error.
process.stdout.on('error', error => {
  if ((error as NodeJS.ErrnoException).code === 'EPIPE') process.exit(0)
  throw error
})

const wholeNumber = (text: string): number => {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('give a whole number')
  return Number(text)
}
type CommonOptions = { home?: string; kafka?: string; registry?: string; port?: number }
const settingsOf = ({ home, kafka, registry, port }: CommonOptions, defaults: Partial<Settings> = {}): Settings => {
  const given = Object.entries({ home, kafka, registry, port }).filter(([, value]) => value !== undefined)
  return readSettings(process.env, { ...defaults, ...Object.fromEntries(given) })
}

const withCommonOptions = (command: Command): Command =>
  command
    .option('--home <dir>', 'folder of the embedded log, objects and vectors')
    .option('--kafka <brokers>', 'Kafka brokers host:port,… instead of the embedded log')
    .option('--registry <url>', 'Confluent-compatible schema registry, needed with --kafka')
    .option('--json', 'one JSON object on the last line of stdout', false)
const withPortOption = (command: Command): Command =>
  command.option('--port <n>', 'base port of the HTTP listeners; 0 takes a free one', wholeNumber)

/** What `tail --where`, `export` and `sql` have in common, under an example. */
const rowsHelp = (example: string): string => `
Example: ${example}
Columns are the fields of the topic's event and _partition, _offset, _timestamp, _key; times are UTC. A topic's name stands in
double quotes, and so does the field "at". A topic of many shapes, such as dead letters, has one JSON column, event.
The query sees what the topic holds at the call, and reaches no file and no host.`

withPortOption(withCommonOptions(program.command('demo')))
  .description('turn the whole wheel on a simulated support desk, and show what became better')
  .option('--once', 'end after the last round instead of staying up', false)
  .option(
    '--data <dir>',
    "questions from DIR/train.csv and held-out rows from DIR/test.csv (columns text,category) instead of the desk's own",
  )
  .option('--gold <n>', 'gold answers in all', wholeNumber, 1600)
  .addOption(
    new Option('--sampling <how>', 'how turns are chosen for review').choices(['active', 'random']).default('active'),
  )
  .option('--seed <n>', 'seed of customers and reviewers', wholeNumber, 1)
  .action(options => demo(options, defaults => settingsOf(options, defaults), shutdown.signal))

withPortOption(withCommonOptions(program.command('up')))
  .description('run the services: all in this process on the embedded log, or one process each on Kafka')
  .option('--embedded', 'the embedded log in --home (the default)', false)
  .option('--services <list>', 'only these services, separated by commas')
  .action(options => up(options, settingsOf(options), shutdown.signal))

program
  .command('import <file>')
  .description('send a file to ingest; nothing is sent unless every row is valid')
  .requiredOption('--agent <agent>', 'the agent the rows belong to')
  .addOption(
    new Option('--kind <kind>', 'what the rows are')
      .choices([topic.chatLogs, topic.escalations, topic.feedback])
      .default(topic.chatLogs),
  )
  .addOption(
    new Option('--format <format>', 'what the file holds; default: by its extension (.csv, .jsonl, .parquet)').choices(
      importFormatNames,
    ),
  )
  .option('--url <url>', 'base URL of ingest')
  .option('--resume', 'go on where an interrupted import of this file stopped', false)
  .option('--json', 'one JSON object on the last line of stdout', false)
  .action((file, options) => importFile(file, options, settingsOf({}), shutdown.signal))

program
  .command('status')
  .description('lag, releases and quality of the wheel that is up')
  .option('--url <url>', 'base URL of the console')
  .option('--json', 'one JSON object on the last line of stdout', false)
  .action(options => status(options, settingsOf({})))

withPortOption(withCommonOptions(program.command('rollback <agent>')))
  .description('serve the planner of an earlier release of an agent again; needs a key with the scope admin')
  .option('--to <release>', 'id of the release to restore; default: the one before the release that is served')
  .requiredOption('--why <text>', 'the reason; it is published with the release')
  .option('--url <url>', 'base URL of the promoter')
  .action((agent, options) => rollback(agent, options, settingsOf(options), shutdown.signal))

withPortOption(withCommonOptions(program.command('tail <topic>')))
  .description('print the events of a topic, one JSON object a line; with --json the place of each record too')
  .option('--from-beginning', 'from the first record on instead of new ones only', false)
  .option('--exit', 'end at the end of the log', false)
  .option('--where <condition>', 'only events for which this is true: what may stand behind WHERE in flywheel sql')
  .addHelpText(
    'after',
    rowsHelp(`flywheel tail ${topic.scoredSamples} --where "score < 0.5 and source = 'gold'" --json`),
  )
  .action((name, options) => tail(name, options, settingsOf(options), shutdown.signal))

withPortOption(withCommonOptions(program.command('export <topic>')))
  .description(
    'write what a topic holds to a file, which appears when it is whole; nested fields are structs and lists',
  )
  .addOption(new Option('--format <format>', 'of the file').choices(exportNames).default('parquet'))
  .option(
    '--since <time>',
    'records appended from then on (ISO 8601, ms since 1970, or 2h for two hours ago); default: all',
  )
  .option('--out <file>', 'default: TOPIC.FORMAT in the current folder')
  .addHelpText('after', rowsHelp(`flywheel export ${topic.scoredSamples} --since 7d --out scores.parquet --json`))
  .action((name, options) => exportTopic(name, options, settingsOf(options), shutdown.signal))

withPortOption(withCommonOptions(program.command('sql <query>')))
  .description('answer one SELECT over topics (DuckDB); --json prints one object a row')
  .addHelpText(
    'after',
    rowsHelp(`flywheel sql 'select "plannedTool", avg(score) from "${topic.scoredSamples}" group by all order by 2'`),
  )
  .action((query, options) => sql(query, options, settingsOf(options), shutdown.signal))

withCommonOptions(program.command('replay <service>'))
  .description('decide a range of the past again, and show what would differ; nothing live is changed')
  .requiredOption('--as <run>', 'name of the run: its files go to HOME/replays/RUN')
  .option('--since <time>', 'decisions from then on (ISO 8601, ms since 1970, or 2h for two hours ago); default: all')
  .option('--until <time>', 'decisions before then; default: all')
  .addOption(
    new Option('--rules <file>', 'module that exports decide, and version where ids are to change').conflicts('config'),
  )
  .option('--config <file>', 'JSON object laid over the recorded facts of each record, such as {"sampleShare": 0.2}')
  .addHelpText(
    'after',
    `
Exit code 0 also when something differs: the receipt says what. A service that remembers is led up to the range from its first
decision, under the same rules. A running wheel holds an embedded folder: stop it first. The files of a run hold
what the topics hold, chats included: delete the folder when it has served.`,
  )
  .action((name, options) => replay(name, options, settingsOf(options), shutdown.signal))

const dlq = program
  .command('dlq')
  .description('records that services refused: look at them, and have them decided again')
withPortOption(withCommonOptions(dlq.command('list [service]')))
  .description('what is parked, that is refused and not yet re-driven; nothing of the chats is shown')
  .option('--all', 'name every dead letter instead of the first 20 of each topic', false)
  .action((name, options) => listDeadLetters(name, options, settingsOf(options), shutdown.signal))
withPortOption(withCommonOptions(dlq.command('show <letter>')))
  .description('everything of one dead letter, TOPIC/PARTITION@OFFSET, the text of its chat included')
  .action((letter, options) => showDeadLetter(letter, options, settingsOf(options), shutdown.signal))
withPortOption(withCommonOptions(dlq.command('redrive <service>')))
  .description(
    'have the service decide again what it has parked: each record once, in order, and no other reader sees it',
  )
  .option('--topic <topic>', 'only what was refused of this topic')
  .option('--dry-run', 'print what would be re-driven', false)
  .action((name, options) => redriveDeadLetters(name, options, settingsOf(options), shutdown.signal))

withPortOption(withCommonOptions(program.command('estimate')))
  .description(
    'the quality of all production turns, estimated from those that were picked and have gold, with a 95% interval',
  )
  .addArgument(new Argument('<metric>', 'what to estimate').choices(Object.keys(metrics)))
  .addOption(new Option('--by <stratum>', 'also by planned tool or by gold tool').choices(Object.keys(strata)))
  .action((metric, options) => estimate(metric, options, settingsOf(options), shutdown.signal))

withPortOption(withCommonOptions(program.command('doctor')))
  .description('look through the whole log and the object store; exit code 1 when something is found')
  .requiredOption('--pii', 'for personal data and secrets: how many of which kind are where, never what')
  .action(options => findPersonalData(options, settingsOf(options), shutdown.signal))

const topics = program.command('topics').description('compare the log with the map')
withCommonOptions(topics.command('plan'))
  .description('print what apply would do')
  .action(options => showPlan(options, settingsOf(options)))
withCommonOptions(topics.command('apply'))
  .description('create what is missing')
  .action(options => applyPlan(options, settingsOf(options)))

try {
  await program.parseAsync()
} catch (error) {
  if (!shutdown.signal.aborted) {
    process.exitCode = 1
    process.stderr.write(`${describeError(error)}\n`)
  }
}
