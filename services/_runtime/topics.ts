import { plan, type Step } from '#topology/derive/plan.ts'
import { wanted } from '#topology/derive/wanted.ts'
import { Fault } from './faults.ts'
import type { EventLog } from './log.ts'

/** What would have to be done so that the log has the topics of the map. */
export async function planTopics(log: EventLog): Promise<readonly Step[]> {
  return plan(wanted(), await log.topics())
}

/** Creates what is missing and grows what may be grown; refusals are left and returned among the steps. */
export async function applyTopics(log: EventLog, steps: readonly Step[]): Promise<void> {
  await log.createTopics(steps.flatMap(step => (step.do === 'create' ? [step.topic] : [])))
  for (const step of steps)
    if (step.do === 'grow') await log.growTopic({ name: step.topic.name, partitions: step.topic.partitions })
}

/** FLY_TOPIC when the log's topics are not those of the map. */
export async function verifyTopics(log: EventLog): Promise<void> {
  const steps = await planTopics(log)
  if (steps.length === 0) return
  const missing = steps.map(step => (step.do === 'refuse' ? step.because : `${step.do} ${step.topic.name}`)).join(', ')
  throw new Fault('FLY_TOPIC', `the log's topics are not those of the map (${missing}): run flywheel topics apply`)
}
