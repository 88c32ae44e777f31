import { expect, onTestFinished, test, vi } from 'vitest'
import type { Position } from '#runtime/log/event-log.ts'
import { ensurePositions, lostPositionPolicy, passGaps } from '#runtime/processing/lost-positions.ts'
import { inMemoryConsumer } from '#test/support/doubles/in-memory-consumer.ts'
import { openEmbeddedLog } from '#test/support/embedded-log.ts'
import { temporaryFolder } from '#test/support/folder.ts'
import { consumingServices } from '#topology/derive/definitions.ts'
import { deadLetterTopic, decisionsTopic, retryTopic, stateTopic } from '#topology/derive/names.ts'
import { requiredTopics } from '#topology/derive/required-topics.ts'
import { topic } from '#topology/topic-names.ts'
import { eventsOf, processingContext } from './support.ts'

const service = 'strategist'
const inputs = [topic.datasets, topic.releases, retryTopic(service)]

/** Partition 0 of a group that has no position in some topics. The log has a record in each of these. */
async function starting(withoutPosition: readonly string[], recordsIn: readonly string[]) {
  const log = openEmbeddedLog(temporaryFolder())
  onTestFinished(() => log.close())
  await log.createTopics(requiredTopics())
  await log.append(recordsIn.map(name => ({ topic: name, key: 'k', value: Buffer.from('v'), partition: 0 })))
  const uncommitted: Position[] = withoutPosition.map(name => ({ topic: name, partition: 0, offset: 0 }))
  const consumer = { ...inMemoryConsumer([]), uncommitted }
  const context = { ...processingContext(), log, onLostPosition: 'continue' as const }
  const errors = vi.spyOn(context.logger, 'error')
  await ensurePositions(service, consumer, context)
  const told = await eventsOf(topic.lostPositions, consumer.commits[0]?.outputs ?? [])
  return { consumer, errors, topics: told.map(event => 'topic' in event && event.topic) }
}

test('a group that has a position in each topic needs none', async () => {
  const { consumer } = await starting([], [...inputs, stateTopic(service)])
  expect(consumer.commits).toEqual([])
})

test('a first start commits where the group begins, and tells nothing', async () => {
  const { consumer, topics, errors } = await starting(inputs, inputs)
  expect(consumer.commits).toMatchObject([{ outputs: [], positions: inputs.map(name => `${name}/0@0`) }])
  expect([topics, errors.mock.calls]).toEqual([[], []])
})

test.each([decisionsTopic(service), stateTopic(service)])(
  'a service without positions that has written %s has lost them in each topic with records, in one transaction with what it tells',
  async trace => {
    const { consumer, topics, errors } = await starting(inputs, [topic.datasets, trace])
    expect(topics).toEqual([topic.datasets])
    expect(consumer.commits).toMatchObject([{ positions: inputs.map(name => `${name}/0@0`) }])
    expect(errors.mock.calls).toEqual([
      [
        { service, topic: topic.datasets, partition: 0, effect: 'repeated', from: 0, to: 1, action: 'continue' },
        expect.stringMatching(/^group strategist had a position in datasets\/0 and has none now: .* offset 0 to 0 /),
      ],
    ])
  },
)

test('a topic that the service did not read before is not taken for a lost position', async () => {
  const { topics } = await starting([topic.releases], [...inputs, stateTopic(service)])
  expect(topics).toEqual([])
})

test('a topic of which the service has refused records has lost its position alone', async () => {
  const { topics } = await starting([topic.releases], [...inputs, deadLetterTopic(topic.releases, service)])
  expect(topics).toEqual([topic.releases])
})

test('a stop tells by the log, commits nothing, and names the command that sets the position', async () => {
  const log = openEmbeddedLog(temporaryFolder())
  onTestFinished(() => log.close())
  await log.createTopics(requiredTopics())
  const consumer = inMemoryConsumer([])
  const context = { ...processingContext(), log, onLostPosition: 'stop' as const }
  const gap = { topic: topic.datasets, partition: 0, from: 100, to: 180 }
  await expect(passGaps(service, consumer, [gap], context)).rejects.toMatchObject({
    code: 'FLY_POSITION',
    message:
      'the records from offset 100 to 179 of datasets/0 were deleted before strategist decided them: choose where it goes on ' +
      'with flywheel positions reset strategist --to WHERE --topic datasets --partition 0; or set ' +
      'FLYWHEEL_ON_LOST_POSITION=continue. flywheel positions show strategist lists all positions',
  })
  expect(consumer.commits).toEqual([])
  expect(await log.bounds([topic.lostPositions])).toMatchObject([{ begin: 0, end: 1 }])
})

test('services whose output trains models stop, others go on, where the setting does not say', () => {
  const stopping = consumingServices.filter(name => lostPositionPolicy(name, undefined) === 'stop')
  expect(stopping).toEqual(['sampler', 'annotation', 'judge', 'self-play', 'curator'])
  expect([lostPositionPolicy('sampler', 'continue'), lostPositionPolicy('promoter', 'stop')]).toEqual([
    'continue',
    'stop',
  ])
})
