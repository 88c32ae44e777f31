import { type Command, Option } from 'commander'
import { settingsOf, withCommonOptions } from '../options.ts'

export function addReplayCommand(program: Command, signal: AbortSignal): void {
  withCommonOptions(program.command('replay <service>'))
    .description('repeat past decisions of a service and print what would differ; the log is not changed')
    .requiredOption('--as <run>', 'name of the run; its files go to HOME/replays/RUN')
    .option(
      '--since <time>',
      'decisions at or after this time (ISO 8601, ms since 1970, or 2h for two hours ago); default: all',
    )
    .option('--until <time>', 'decisions before this time; default: all')
    .addOption(
      new Option('--rules <file>', 'module that exports decide, and version to change the ids').conflicts('config'),
    )
    .option('--config <file>', 'JSON object that overrides fields of the recorded facts, such as {"sampleShare": 0.2}')
    .addHelpText(
      'after',
      `
The exit code is 0 also when decisions differ: the receipt lists the differences. A service with state is replayed from
its first decision, under the same rules, up to the range. Services that run on an embedded folder lock it: stop them
first. The files of a run contain what the topics contain, chats included: delete the folder when you are done.`,
    )
    .action(async (name, options) =>
      (await import('./replay.ts')).replay(name, options, await settingsOf(options), signal),
    )
}
