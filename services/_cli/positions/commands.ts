import type { Command } from 'commander'
import { settingsOf, wholeNumber, withCommonOptions, withPortOption } from '../options.ts'

/** `positions show` and `positions reset`. */
export function addPositionCommands(program: Command, signal: AbortSignal): void {
  const positions = program.command('positions').description('how far a service has consumed its topics')
  withPortOption(withCommonOptions(positions.command('show <service>')))
    .description(
      'print the position of a service in each partition: what it decides next, and whether it can go on there',
    )
    .addHelpText(
      'after',
      `
Columns: committed is the offset that the service decides next; begin and end are the offsets that the log has; behind is
the number of records that are not decided; next is when the first of them was appended.
A problem: "after the end" (records were lost, or the topic was replaced; the service stops) or "deleted" (retention removed
the next records before they were decided).`,
    )
    .action(async (name, options) => {
      const { showPositions } = await import('./show.ts')
      await showPositions(name, options, await settingsOf(options), signal)
    })
  withCommonOptions(positions.command('reset <service>'))
    .description('set where a stopped service goes on; says how many records it then skips or decides again')
    .requiredOption('--to <where>', 'beginning, end, a time, or an offset (with --topic and --partition)')
    .option('--topic <topic>', 'only this topic; default: all that the service consumes')
    .option('--partition <n>', 'only this partition', wholeNumber)
    .option('--dry-run', 'print what would change, and change nothing', false)
    .addHelpText(
      'after',
      `
A time is the first record appended at or after it: 2026-11-24T10:00:00Z, 2026-11-24 (UTC), or 2h for two hours ago.
It is refused while the service runs. Counts are of offsets: those of transactions and compaction are among them.

Examples:
  flywheel positions reset sampler --to beginning --dry-run
  flywheel positions reset sampler --to 2026-11-24T10:00:00Z --topic chat-logs
  flywheel positions reset sampler --to 1200 --topic chat-logs --partition 3`,
    )
    .action(async (name, options) => {
      const { resetPositions } = await import('./reset.ts')
      await resetPositions(name, options, await settingsOf(options))
    })
}
