import type { Command } from 'commander'
import { settingsOf, withCommonOptions, withPortOption } from '../options.ts'

/** `dlq list`, `dlq show`, `dlq redrive` and `dlq discard`. */
export function addDeadLetterCommands(program: Command, signal: AbortSignal): void {
  const dlq = program.command('dlq').description('dead letters: records that a service refused')
  withPortOption(withCommonOptions(dlq.command('list [service]')))
    .description('list the unresolved dead letters: not yet re-driven or discarded; without the text of the chats')
    .option('--all', 'list every dead letter instead of the first 20 of each topic; with --json one a line', false)
    .option('--discarded', 'list the discarded dead letters instead, with who discarded them, when and why', false)
    .action(async (name, options) => {
      const { listDeadLetters } = await import('./dlq.ts')
      await listDeadLetters(name, options, await settingsOf(options), signal)
    })
  withPortOption(withCommonOptions(dlq.command('show <dead-letter>')))
    .description('print one dead letter, named TOPIC/PARTITION@OFFSET, with the text of its chat')
    .action(async (letter, options) => {
      const { showDeadLetter } = await import('./dlq.ts')
      await showDeadLetter(letter, options, await settingsOf(options), signal)
    })
  withPortOption(withCommonOptions(dlq.command('redrive <service>')))
    .description('send dead letters back to the service that refused them, and to no other: each once, in their order')
    .option('--topic <topic>', 'only records of this topic')
    .option(
      '--only <dead-letter...>',
      'only these, named TOPIC/PARTITION@OFFSET; their order among those of the same key is not kept',
    )
    .option('--dry-run', 'print what would be re-driven', false)
    .action(async (name, options) => {
      const { redriveDeadLetters } = await import('./dlq.ts')
      await redriveDeadLetters(name, options, await settingsOf(options), signal)
    })
  withPortOption(withCommonOptions(dlq.command('discard <service> <dead-letter...>')))
    .description('resolve dead letters, named TOPIC/PARTITION@OFFSET, without re-driving them')
    .requiredOption('--why <text>', 'the reason; it is kept with your name and the time')
    .action(async (name, letters, options) => {
      const { discardDeadLetters } = await import('./dlq.ts')
      await discardDeadLetters(name, letters, options, await settingsOf(options), signal)
    })
}
