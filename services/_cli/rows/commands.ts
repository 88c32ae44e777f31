import { type Command, Option } from 'commander'
import { topic } from '#topology/topic-names.ts'
import { settingsOf, withCommonOptions, withPortOption } from '../options.ts'
import { exportFormatNames } from './export-formats.ts'

const helpText = (example: string): string => `
Example: ${example}
Columns are the fields of the topic's event, and _partition, _offset, _timestamp, _key; times are UTC. Write a topic's
name in double quotes, and the field "at" too. A topic with events of several schemas, such as dead letters, has one JSON
column, event. A query sees what the topic holds when the command starts. It cannot read files or call other hosts.`

/** `tail`, `export` and `sql`: the events of topics as rows. */
export function addRowCommands(program: Command, signal: AbortSignal): void {
  withPortOption(withCommonOptions(program.command('tail <topic>')))
    .description('print the events of a topic, one JSON object per line; with --json the whole record')
    .option('--from-beginning', 'start at the first record instead of new ones only', false)
    .option('--exit', 'stop at the end of the log', false)
    .option('--where <condition>', 'only events for which this condition is true: what follows WHERE in flywheel sql')
    .addHelpText(
      'after',
      helpText(`flywheel tail ${topic.scoredSamples} --where "score < 0.5 and source = 'gold'" --json`),
    )
    .action(async (name, options) => (await import('./tail.ts')).tail(name, options, await settingsOf(options), signal))

  withPortOption(withCommonOptions(program.command('export <topic>')))
    .description('write the events of a topic to a file; nested fields become structs and lists')
    .addOption(new Option('--format <format>', 'format of the file').choices(exportFormatNames).default('parquet'))
    .option(
      '--since <time>',
      'only records appended at or after this time (ISO 8601, ms since 1970, or 2h for two hours ago); default: all',
    )
    .option('--out <file>', 'default: TOPIC.FORMAT in the current folder; it appears when it is complete')
    .addHelpText('after', helpText(`flywheel export ${topic.scoredSamples} --since 7d --out scores.parquet --json`))
    .action(async (name, options) => {
      const { exportTopic } = await import('./export.ts')
      await exportTopic(name, options, await settingsOf(options), signal)
    })

  withPortOption(withCommonOptions(program.command('sql <query>')))
    .description('answer one SELECT over topics (DuckDB); with --json one object per row')
    .addHelpText(
      'after',
      helpText(`flywheel sql 'select "plannedTool", avg(score) from "${topic.scoredSamples}" group by all order by 2'`),
    )
    .action(async (query, options) => (await import('./sql.ts')).sql(query, options, await settingsOf(options), signal))
}
