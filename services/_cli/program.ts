import { Argument, Command, Option } from 'commander'
import { topic } from '#topology/topic-names.ts'
import { addDeadLetterCommands } from './dead-letters/commands.ts'
import { demo, demoHome } from './demo/demo.ts'
import { findPersonalData } from './doctor.ts'
import { estimate, metrics, strata } from './estimate.ts'
import { importFormatNames } from './import/formats.ts'
import { importFile } from './import/import.ts'
import { settingsOf, wholeNumber, withCommonOptions, withJsonOption, withPortOption } from './options.ts'
import { addReplayCommand } from './replay/command.ts'
import { addRowCommands } from './rows/commands.ts'
import { rollback } from './rollback.ts'
import { up } from './run/up.ts'
import { status } from './status.ts'
import { applyPlan, showPlan } from './topics.ts'

/** The `flywheel` command: its subcommands, their options and help texts. The signal ends a command that waits. */
export function createProgram(signal: AbortSignal): Command {
  const program = new Command('flywheel')
    .description("Turns an AI agent's production chat logs into a better agent, event by event.")
    .showHelpAfterError()
    .configureHelp({ showGlobalOptions: true })
  addRunCommands(program, signal)
  addImportCommand(program, signal)
  addRowCommands(program, signal)
  addQualityCommands(program, signal)
  addDeadLetterCommands(program, signal)
  addReplayCommand(program, signal)
  addTopicCommands(program)
  return program
}

function addRunCommands(program: Command, signal: AbortSignal): void {
  withPortOption(withCommonOptions(program.command('demo')))
    .description('run all services on simulated customers and reviewers, and measure what tuning improved')
    .option('--once', 'stop after the last round instead of staying up', false)
    .option(
      '--data <dir>',
      "questions from DIR/train.csv and held-out rows from DIR/test.csv (columns text,category) instead of the demo's own",
    )
    .option('--gold <n>', 'total number of gold answers', wholeNumber, 1600)
    .addOption(
      new Option('--sampling <how>', 'how turns are selected for review')
        .choices(['active', 'random'])
        .default('active'),
    )
    .option('--seed <n>', 'seed of the simulated customers and reviewers', wholeNumber, 1)
    .addHelpText(
      'after',
      `
Without --home or FLYWHEEL_HOME the data goes to a new temporary folder. With one, the same command continues an
interrupted demo. The last lines name the folder and commands to try on it.`,
    )
    .action(options => {
      const home = demoHome(options.home ?? process.env['FLYWHEEL_HOME'])
      return demo(options, settingsOf({ ...options, home }, { logLevel: 'error' }), signal)
    })

  withPortOption(withCommonOptions(program.command('up')))
    .description('run the services: all in this process on the embedded log, or one process each on Kafka')
    .option('--embedded', 'use the embedded log in --home (the default)', false)
    .option('--services <list>', 'only these services, separated by commas')
    .action(options => up(options, settingsOf(options), signal))

  withPortOption(withCommonOptions(program.command('rollback <agent>')))
    .description('serve the planner of an earlier release of an agent again; needs a key with the scope admin')
    .option('--to <release>', 'id of the release to restore; default: the one before the release that is served')
    .requiredOption('--why <text>', 'the reason; it is published with the release')
    .option('--url <url>', 'base URL of the promoter')
    .action((agent, options) => rollback(agent, options, settingsOf(options), signal))

  withJsonOption(program.command('status').option('--url <url>', 'base URL of the console'))
    .description('show lag, releases and quality of the running services; exit code 1 when a limit is missed')
    .action(options => status(options, settingsOf({})))
}

function addImportCommand(program: Command, signal: AbortSignal): void {
  withJsonOption(program.command('import <file>'))
    .description('send the rows of a file to ingest; nothing is sent unless every row is valid')
    .requiredOption('--agent <agent>', 'the agent the rows belong to')
    .addOption(
      new Option('--kind <kind>', 'what the rows are')
        .choices([topic.chatLogs, topic.escalations, topic.feedback])
        .default(topic.chatLogs),
    )
    .addOption(
      new Option('--format <format>', 'format of the file; default: by its extension (.csv, .jsonl, .parquet)').choices(
        importFormatNames,
      ),
    )
    .option('--url <url>', 'base URL of ingest')
    .option('--resume', 'continue an interrupted import of this file', false)
    .action((file, options) => importFile(file, options, settingsOf({}), signal))
}

function addQualityCommands(program: Command, signal: AbortSignal): void {
  withPortOption(withCommonOptions(program.command('estimate')))
    .description('estimate the quality of all production turns from the selected ones with gold, with a 95% interval')
    .addArgument(new Argument('<metric>', 'what to estimate').choices(Object.keys(metrics)))
    .addOption(new Option('--by <stratum>', 'also for each planned tool or gold tool').choices(Object.keys(strata)))
    .action((metric, options) => estimate(metric, options, settingsOf(options), signal))

  withPortOption(withCommonOptions(program.command('doctor')))
    .description('scan the whole log and the object store; exit code 1 when something is found')
    .requiredOption('--pii', 'scan for personal data and secrets: print counts, kinds and places, never the values')
    .action(options => findPersonalData(options, settingsOf(options), signal))
}

function addTopicCommands(program: Command): void {
  const topics = program.command('topics').description('compare the topics of the log with the map')
  withCommonOptions(topics.command('plan'))
    .description('print what apply would change')
    .action(options => showPlan(options, settingsOf(options)))
  withCommonOptions(topics.command('apply'))
    .description('create missing topics and grow those whose keys would not move; exit code 1 when a change is refused')
    .action(options => applyPlan(options, settingsOf(options)))
}
