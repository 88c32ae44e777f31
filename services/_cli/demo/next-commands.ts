import type { Settings } from '#runtime/config/config.ts'
import { topic } from '#topology/topic-names.ts'

/**
 * Commands to try on a finished demo, as they can be pasted into a shell. They name the demo's log; `console` is the URL of
 * its running console.
 */
export function nextCommands(settings: Settings, console?: string): string {
  const { home, kafka, registry } = settings
  const log = [
    `--home ${quoted(home)}`,
    ...(kafka === undefined || registry === undefined ? [] : [`--kafka ${kafka}`, `--registry ${registry}`]),
    // The embedded log is read through the running services.
    ...(console === undefined || kafka !== undefined ? [] : [`--port ${new URL(console).port}`]),
  ].join(' ')
  const query = `select "plannedTool", count(*), avg(score) from "${topic.scoredSamples}" group by all order by 2 desc limit 5`
  return [
    `The data is in ${home}. Commands to try on it:`,
    `  npx flywheel tail ${topic.releases} --from-beginning --exit ${log}`,
    `  npx flywheel estimate accuracy --by tool ${log}`,
    `  npx flywheel sql ${quoted(query)} ${log}`,
    ...(console === undefined ? [] : [`  npx flywheel status --url ${console}`]),
    'docs/confusion.md shows which tools the planner confuses.',
  ].join('\n')
}

/** A word for the shell. */
const quoted = (word: string): string => (/^[\w./:-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)
