import type { Settings } from '#runtime/config/config.ts'
import { openWorld } from '#runtime/host/open.ts'
import { applyTopics, planTopics } from '#runtime/host/topics.ts'
import type { Step } from '#topology/derive/plan.ts'

type Options = { readonly json: boolean }

/** Prints what `apply` would do. */
export async function showPlan(options: Options, settings: Settings): Promise<void> {
  await withSteps(settings, async steps => print(options, steps, 'nothing to do'))
}

/** Does what `plan` prints, refusals left out; exit code 1 when there are some. */
export async function applyPlan(options: Options, settings: Settings): Promise<void> {
  await withSteps(settings, async (steps, world) => {
    await applyTopics(world.log, steps)
    print(options, steps, 'nothing to do')
    if (steps.some(step => step.do === 'refuse')) process.exitCode = 1
  })
}

type World = Awaited<ReturnType<typeof openWorld>>

async function withSteps(
  settings: Settings,
  use: (steps: readonly Step[], world: World) => Promise<void>,
): Promise<void> {
  const world = await openWorld(settings)
  try {
    await use(await planTopics(world), world)
  } finally {
    await world.close()
  }
}

function print({ json }: Options, steps: readonly Step[], nothing: string): void {
  if (json) return void process.stdout.write(`${JSON.stringify({ steps })}\n`)
  for (const step of steps)
    process.stdout.write(
      `${step.do} ${step.topic.name}${step.do === 'refuse' ? `: ${step.because}` : ` (${step.topic.partitions} partitions)`}\n`,
    )
  if (steps.length === 0) process.stdout.write(`${nothing}\n`)
}
