import type { Settings } from '#runtime/config/config.ts'
import { openReader } from '#runtime/host/connections.ts'
import { applyTopics, planTopics } from '#runtime/host/topics.ts'
import type { EventLog } from '#runtime/log/event-log.ts'
import { namespacePrefix } from '#topology/derive/names.ts'
import type { TopicChange } from '#topology/derive/topic-changes.ts'
import { printLines } from './output.ts'

type TopicsOptions = { readonly json: boolean }

/** Prints the changes that `apply` would make. */
export async function showPlan(options: TopicsOptions, settings: Settings): Promise<void> {
  await withTopicChanges(settings, 'refuse', async changes => printChanges(options, settings, changes))
}

/** Makes the changes that `plan` prints, except refused ones and warnings; exit code 1 when some are refused. */
export async function applyPlan(options: TopicsOptions, settings: Settings): Promise<void> {
  await withTopicChanges(settings, 'create', async (changes, log) => {
    await applyTopics(log, changes)
    printChanges(options, settings, changes)
    if (changes.some(change => change.do === 'refuse')) process.exitCode = 1
  })
}

async function withTopicChanges(
  settings: Settings,
  ifMissing: 'create' | 'refuse',
  use: (changes: readonly TopicChange[], log: EventLog) => Promise<void>,
): Promise<void> {
  const { log, close } = await openReader(settings, ifMissing)
  try {
    await use(await planTopics({ log, settings }), log)
  } finally {
    await close()
  }
}

/** Topics are named as at the brokers. */
function printChanges({ json }: TopicsOptions, settings: Settings, changes: readonly TopicChange[]): void {
  const prefix = namespacePrefix(settings.namespace)
  const named = changes.map(change => ({ ...change, topic: { ...change.topic, name: prefix + change.topic.name } }))
  const lines = named.length > 0 ? named.map(changeText) : ['nothing to do']
  printLines(json ? [JSON.stringify({ steps: named })] : lines)
}

type NamedChange = { readonly do: string; readonly topic: TopicChange['topic']; readonly because?: string }

function changeText({ do: what, topic: { name, partitions }, because }: NamedChange): string {
  return `${what} ${name}${because === undefined ? ` (${partitions} partitions)` : `: ${because}`}`
}
