import { Argument, Command, Option } from 'commander'
import { topic } from '#topology/topic-names.ts'
import { addAgentCommands } from './agents/commands.ts'
import { addDatasetCommands } from './datasets/commands.ts'
import { addDeadLetterCommands } from './dead-letters/commands.ts'
import { metrics, strata } from './estimates.ts'
import { importFormatNames } from './import/format-names.ts'
import { addObjectCommands } from './objects/commands.ts'
import { settingsOf, wholeNumber, withCommonOptions, withJsonOption, withPortOption } from './options.ts'
import { addPositionCommands } from './positions/commands.ts'
import { addReplayCommand } from './replay/command.ts'
import { addRowCommands } from './rows/commands.ts'

/**
 * The `flywheel` command: its subcommands, their options and help texts. The signal ends a command that waits. A command's own
 * code is imported when it runs, so that the others start quickly.
 */
export function createProgram(signal: AbortSignal): Command {
  const program = new Command('flywheel')
    .description("Turns an AI agent's production chat logs into a better agent, event by event.")
    .showHelpAfterError()
    .configureHelp({ showGlobalOptions: true })
  addRunCommands(program, signal)
  addAgentCommands(program, signal)
  addImportCommand(program, signal)
  addRowCommands(program, signal)
  addDatasetCommands(program, signal)
  addQualityCommands(program, signal)
  addDeadLetterCommands(program, signal)
  addPositionCommands(program, signal)
  addObjectCommands(program, signal)
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
    .action(async options => {
      const { demo, demoHome } = await import('./demo/demo.ts')
      const home = demoHome(options.home ?? process.env['FLYWHEEL_HOME'])
      await demo(options, await settingsOf({ ...options, home }, { logLevel: 'error' }), signal)
    })

  withPortOption(withCommonOptions(program.command('up')))
    .description('run the services: all in this process on the embedded log, or one process each on Kafka')
    .option('--embedded', 'use the embedded log in --home (the default)', false)
    .option('--services <list>', 'only these services, separated by commas')
    .addOption(
      new Option(
        '--on-exit <what>',
        'on Kafka, when a service process ends: start it again, up to 5 times in 10 minutes, or stop all',
      )
        .choices(['restart', 'stop'])
        .default('restart'),
    )
    .action(async options => (await import('./run/up.ts')).up(options, await settingsOf(options), signal))

  withPortOption(withCommonOptions(program.command('rollback <agent>')))
    .description('serve the planner of an earlier release of an agent again; needs a key with the scope admin')
    .option('--to <release>', 'id of the release to restore; default: the one before the release that is served')
    .requiredOption('--why <text>', 'the reason; it is published with the release')
    .option('--url <url>', 'base URL of the promoter')
    .action(async (agent, options) => {
      const { rollback } = await import('./rollback.ts')
      await rollback(agent, options, await settingsOf(options), signal)
    })

  withJsonOption(program.command('status').option('--url <url>', 'base URL of the console'))
    .description('show lag, releases and quality of the running services; exit code 1 when a limit is missed')
    .action(async options => (await import('./status.ts')).status(options, await settingsOf({})))
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
      new Option('--format <format>', 'format of the file; default: by its extension and content').choices(
        importFormatNames,
      ),
    )
    .option('--url <url>', 'base URL of ingest')
    .option('--skip-bad <path>', 'write the bad rows and their reasons to this file (JSONL), and send the others')
    .option('--resume', 'continue an interrupted import of this file', false)
    .action(async (file, options) => {
      const { importFile } = await import('./import/import.ts')
      await importFile(file, options, await settingsOf({}), signal)
    })
}

function addQualityCommands(program: Command, signal: AbortSignal): void {
  withPortOption(withCommonOptions(program.command('estimate')))
    .description('estimate the quality of all production turns from the selected ones with gold, with a 95% interval')
    .addArgument(new Argument('<metric>', 'what to estimate').choices(Object.keys(metrics)))
    .addOption(new Option('--by <stratum>', 'also for each planned tool or gold tool').choices(Object.keys(strata)))
    .action(async (metric, options) => {
      const { estimate } = await import('./estimate.ts')
      await estimate(metric, options, await settingsOf(options), signal)
    })

  withPortOption(withCommonOptions(program.command('doctor')))
    .description('scan the whole log and the object store; exit code 1 when something is found')
    .requiredOption('--pii', 'scan for personal data and secrets: print counts, kinds and places, never the values')
    .action(async options => {
      const { findPersonalData } = await import('./doctor.ts')
      await findPersonalData(options, await settingsOf(options), signal)
    })
}

function addTopicCommands(program: Command): void {
  const topics = program.command('topics').description('compare the topics of the log with the map')
  withCommonOptions(topics.command('plan'))
    .description('print what apply would change')
    .action(async options => (await import('./topics.ts')).showPlan(options, await settingsOf(options)))
  withCommonOptions(topics.command('apply'))
    .description('create missing topics and grow those whose keys would not move; exit code 1 when a change is refused')
    .action(async options => (await import('./topics.ts')).applyPlan(options, await settingsOf(options)))
  withJsonOption(topics.command('acls'))
    .description('print the Kafka ACLs that follow from the map, each as the arguments of kafka-acls')
    .action(async options => (await import('./acls.ts')).showAcls(options, await settingsOf({})))
}
