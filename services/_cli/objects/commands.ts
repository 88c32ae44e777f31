import type { Command } from 'commander'
import { settingsOf, withCommonOptions, withPortOption } from '../options.ts'

/** `objects gc`. */
export function addObjectCommands(program: Command, signal: AbortSignal): void {
  const objects = program.command('objects').description('large contents that events name by their SHA-256')
  withPortOption(withCommonOptions(objects.command('gc')))
    .description(
      'delete the objects that no record names any more, so that chat text is not kept longer than its topic',
    )
    .option('--dry-run', 'print what would be deleted, and delete nothing', false)
    .option('--older-than <time>', 'objects younger than this are not judged: 1h or more, or a time', '1d')
    .addHelpText(
      'after',
      `
Reads every record, and every object that is named: an object may name others. What nothing names goes to the trash, where
it can still be read; a later run deletes it when it has been there for the same time, or takes it out when it is named.
So run it regularly, such as daily. It can run beside the services. Exit code 1 when a named object is damaged.`,
    )
    .action(async options => {
      const { collectObjects } = await import('./gc.ts')
      await collectObjects(options, await settingsOf(options), signal)
    })
}
