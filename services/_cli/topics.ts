import type { Settings } from '#runtime/config/config.ts'
import { openRuntime } from '#runtime/host/open-runtime.ts'
import { applyTopics, planTopics } from '#runtime/host/topics.ts'
import type { TopicChange } from '#topology/derive/topic-changes.ts'

type TopicsOptions = { readonly json: boolean }

/** Prints what `apply` would do. */
export async function showPlan(options: TopicsOptions, settings: Settings): Promise<void> {
  await withTopicChanges(settings, async steps => printChanges(options, steps, 'nothing to do'))
}

/** Does what `plan` prints, refusals left out; exit code 1 when there are some. */
export async function applyPlan(options: TopicsOptions, settings: Settings): Promise<void> {
  await withTopicChanges(settings, async (steps, world) => {
    await applyTopics(world.log, steps)
    printChanges(options, steps, 'nothing to do')
    if (steps.some(step => step.do === 'refuse')) process.exitCode = 1
  })
}

type World = Awaited<ReturnType<typeof openRuntime>>

async function withTopicChanges(
  settings: Settings,
  use: (steps: readonly TopicChange[], world: World) => Promise<void>,
): Promise<void> {
  const world = await openRuntime(settings)
  try {
    await use(await planTopics(world), world)
  } finally {
    await world.close()
  }
}

function printChanges({ json }: TopicsOptions, steps: readonly TopicChange[], nothing: string): void {
  if (json) return void process.stdout.write(`${JSON.stringify({ steps })}\n`)
  for (const step of steps)
    process.stdout.write(
      `${step.do} ${step.topic.name}${step.do === 'refuse' ? `: ${step.because}` : ` (${step.topic.partitions} partitions)`}\n`,
    )
  if (steps.length === 0) process.stdout.write(`${nothing}\n`)
}
