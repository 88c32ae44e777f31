import { requiredTopics } from '#topology/derive/required-topics.ts'
import { planTopicChanges, type TopicChange } from '#topology/derive/topic-changes.ts'
import { Fault } from '../core/faults.ts'
import type { EventLog } from '../log/event-log.ts'
import type { Runtime } from './open-runtime.ts'

/** What would have to be done so that the log has the topics of the map, replicated as the settings have it. */
export async function planTopics({
  log,
  settings,
}: Pick<Runtime, 'log' | 'settings'>): Promise<readonly TopicChange[]> {
  return planTopicChanges(requiredTopics(), await log.topics(), { replicas: settings.kafkaReplication })
}

/** Creates what is missing and grows what may be grown; refusals are left and returned among the steps. */
export async function applyTopics(log: EventLog, steps: readonly TopicChange[]): Promise<void> {
  await log.createTopics(steps.flatMap(step => (step.do === 'create' ? [step.topic] : [])))
  for (const step of steps)
    if (step.do === 'grow') await log.growTopic({ name: step.topic.name, partitions: step.topic.partitions })
}

/** Makes what topics are missing. FLY_TOPIC where an existing one differs. */
export async function ensureTopics(runtime: Pick<Runtime, 'log' | 'settings'>): Promise<void> {
  const steps = await planTopics(runtime)
  throwIfRefused(steps)
  await applyTopics(runtime.log, steps)
}

/** FLY_TOPIC when the log's topics are not those of the map. */
export async function verifyTopics(runtime: Pick<Runtime, 'log' | 'settings'>): Promise<void> {
  const steps = await planTopics(runtime)
  throwIfRefused(steps)
  const missing = steps.map(step => `${step.do} ${step.topic.name}`).join(', ')
  if (missing)
    throw new Fault('FLY_TOPIC', `the log's topics are not those of the map (${missing}): run flywheel topics apply`)
}

function throwIfRefused(steps: readonly TopicChange[]): void {
  const refused = steps.flatMap(step => (step.do === 'refuse' ? [step.because] : []))
  if (refused.length > 0) throw new Fault('FLY_TOPIC', refused.join('; '))
}
