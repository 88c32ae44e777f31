import { namespacePrefix } from '#topology/derive/names.ts'
import { requiredTopics } from '#topology/derive/required-topics.ts'
import { planTopicChanges, type TopicChange } from '#topology/derive/topic-changes.ts'
import { Fault } from '../core/faults.ts'
import type { EventLog } from '../log/event-log.ts'
import type { Runtime } from './open-runtime.ts'

/** The changes needed so that the log has the topics of the map, with the configured number of replicas. */
export async function planTopics({
  log,
  settings,
}: Pick<Runtime, 'log' | 'settings'>): Promise<readonly TopicChange[]> {
  const required = requiredTopics()
  const existing = await log.topics()
  const names = new Set(existing.map(({ name }) => name))
  return planTopicChanges(required, existing, {
    replicas: settings.kafkaReplication,
    settings: await log.settingDifferences(required.filter(({ name }) => names.has(name))),
    prefix: namespacePrefix(settings.namespace),
  })
}

/** Creates missing topics and adds partitions where that is allowed. Steps that are refusals or warnings are ignored. */
export async function applyTopics(log: EventLog, steps: readonly TopicChange[]): Promise<void> {
  await log.createTopics(steps.flatMap(step => (step.do === 'create' ? [step.topic] : [])))
  for (const step of steps)
    if (step.do === 'grow') await log.growTopic({ name: step.topic.name, partitions: step.topic.partitions })
}

/** Creates missing topics and adds missing partitions. Throws FLY_TOPIC if an existing topic differs in a way that cannot be changed. */
export async function ensureTopics(runtime: Pick<Runtime, 'log' | 'settings' | 'logger'>): Promise<void> {
  const steps = await planTopics(runtime)
  throwIfRefused(steps)
  logWarnings(runtime, steps)
  await applyTopics(runtime.log, steps)
}

/** Throws FLY_TOPIC if the log's topics are not those of the map. Logs differences that lose no records. */
export async function verifyTopics(runtime: Pick<Runtime, 'log' | 'settings' | 'logger'>): Promise<void> {
  const steps = await planTopics(runtime)
  throwIfRefused(steps)
  logWarnings(runtime, steps)
  const changes = steps.filter(step => step.do !== 'warn')
  const prefix = namespacePrefix(runtime.settings.namespace)
  const missing = changes.map(step => `${step.do} ${prefix}${step.topic.name}`).join(', ')
  if (missing)
    throw new Fault('FLY_TOPIC', `the log's topics are not those of the map (${missing}): run flywheel topics apply`)
}

function throwIfRefused(steps: readonly TopicChange[]): void {
  const refused = steps.flatMap(step => (step.do === 'refuse' ? [step.because] : []))
  if (refused.length > 0) throw new Fault('FLY_TOPIC', refused.join('; '))
}

function logWarnings({ logger }: Pick<Runtime, 'logger'>, steps: readonly TopicChange[]): void {
  for (const step of steps)
    if (step.do === 'warn')
      logger.warn({ topic: step.topic.name, difference: step.because }, 'a topic differs from the map')
}
