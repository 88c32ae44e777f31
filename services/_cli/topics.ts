import type { Settings } from '#runtime/config/config.ts'
import { openRuntime, type Runtime } from '#runtime/host/open-runtime.ts'
import { applyTopics, planTopics } from '#runtime/host/topics.ts'
import { type Acl, acls } from '#topology/derive/acls.ts'
import type { TopicChange } from '#topology/derive/topic-changes.ts'
import { printLines } from './output.ts'

type TopicsOptions = { readonly json: boolean }

/** Prints the changes that `apply` would make. */
export async function showPlan(options: TopicsOptions, settings: Settings): Promise<void> {
  await withTopicChanges(settings, async changes => printChanges(options, changes))
}

/** Makes the changes that `plan` prints, except refused ones; exit code 1 when some are refused. */
export async function applyPlan(options: TopicsOptions, settings: Settings): Promise<void> {
  await withTopicChanges(settings, async (changes, runtime) => {
    await applyTopics(runtime.log, changes)
    printChanges(options, changes)
    if (changes.some(change => change.do === 'refuse')) process.exitCode = 1
  })
}

/** Prints the ACLs of services, production systems, outside readers and operators, for `kafka-acls`. */
export function showAcls({ json }: TopicsOptions): void {
  printLines(json ? [JSON.stringify({ acls: acls() })] : acls().map(aclArguments))
}

function aclArguments({ principal, operation, resource, name, pattern }: Acl): string {
  return `--add --allow-principal ${principal} --operation ${operation} --${resource} '${name}' --resource-pattern-type ${pattern}`
}

async function withTopicChanges(
  settings: Settings,
  use: (changes: readonly TopicChange[], runtime: Runtime) => Promise<void>,
): Promise<void> {
  const runtime = await openRuntime(settings)
  try {
    await use(await planTopics(runtime), runtime)
  } finally {
    await runtime.close()
  }
}

function printChanges({ json }: TopicsOptions, changes: readonly TopicChange[]): void {
  const lines = changes.length > 0 ? changes.map(changeText) : ['nothing to do']
  printLines(json ? [JSON.stringify({ steps: changes })] : lines)
}

function changeText(change: TopicChange): string {
  const { name, partitions } = change.topic
  return change.do === 'refuse'
    ? `refuse ${name}: ${change.because}`
    : `${change.do} ${name} (${partitions} partitions)`
}
