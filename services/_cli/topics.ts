import type { Settings } from '#runtime/config/config.ts'
import { openReader } from '#runtime/host/connections.ts'
import { applyTopics, planTopics } from '#runtime/host/topics.ts'
import type { EventLog } from '#runtime/log/event-log.ts'
import type { TopicChange } from '#topology/derive/topic-changes.ts'
import { printLines } from './output.ts'

type TopicsOptions = { readonly json: boolean }

/** Prints the changes that `apply` would make. */
export async function showPlan(options: TopicsOptions, settings: Settings): Promise<void> {
  await withTopicChanges(settings, async changes => printChanges(options, changes))
}

/** Makes the changes that `plan` prints, except refused ones and warnings; exit code 1 when some are refused. */
export async function applyPlan(options: TopicsOptions, settings: Settings): Promise<void> {
  await withTopicChanges(settings, async (changes, log) => {
    await applyTopics(log, changes)
    printChanges(options, changes)
    if (changes.some(change => change.do === 'refuse')) process.exitCode = 1
  })
}

async function withTopicChanges(
  settings: Settings,
  use: (changes: readonly TopicChange[], log: EventLog) => Promise<void>,
): Promise<void> {
  const { log, close } = await openReader(settings)
  try {
    await use(await planTopics({ log, settings }), log)
  } finally {
    await close()
  }
}

function printChanges({ json }: TopicsOptions, changes: readonly TopicChange[]): void {
  const lines = changes.length > 0 ? changes.map(changeText) : ['nothing to do']
  printLines(json ? [JSON.stringify({ steps: changes })] : lines)
}

function changeText(change: TopicChange): string {
  const { name, partitions } = change.topic
  return change.do === 'refuse' || change.do === 'warn'
    ? `${change.do} ${name}: ${change.because}`
    : `${change.do} ${name} (${partitions} partitions)`
}
