import { expect, onTestFinished, test } from 'vitest'
import { type PlannedReset, planReset, type ResetRequest } from '#services/_cli/positions/plan-reset.ts'
import { maintainAfter, openEmbeddedLog } from '#test/support/embedded-log.ts'
import { temporaryFolder } from '#test/support/folder.ts'
import { consumedTopics } from '#topology/derive/definitions.ts'
import { retryTopic } from '#topology/derive/names.ts'
import { topic } from '#topology/topic-names.ts'

const day = 86_400_000
const service = 'evaluator'
const [prompts, models] = [topic.tunedPrompts, topic.trainedModels]

/** Two records were appended a day ago, two now; `evaluator` has decided this many of the prompts, and no models. */
async function logAt(decided: number, { deleted = 0 } = {}) {
  const clock = { time: 1_000 * day, now: () => clock.time }
  const log = openEmbeddedLog(temporaryFolder(), clock)
  onTestFinished(() => log.close())
  await log.createTopics(consumedTopics(service).map(name => ({ name, partitions: 1, keep: 7 })))
  const append = (name: string, count: number) =>
    log.append(Array.from({ length: count }, () => ({ topic: name, key: 'k', value: Buffer.from('v') })))
  if (deleted > 0) {
    await append(prompts, deleted)
    clock.time += 8 * day
    await maintainAfter(log, 8)
  }
  await append(prompts, 2)
  clock.time += day
  await append(prompts, 2)
  await append(models, 1)
  await log.resetPositions(service, [{ topic: prompts, partition: 0, offset: decided }])
  const plan = (request: ResetRequest): Promise<readonly PlannedReset[]> => planReset(log, service, request, clock.time)
  return { log, plan }
}
const at = (name: string, committed: number | null, to: number, counts: object) => ({
  ...{ topic: name, partition: 0, committed, to, skipped: 0, repeated: 0 },
  ...counts,
})

test('a plan names each new position, and how many records it skips or decides again', async () => {
  const { plan } = await logAt(3)
  expect(await plan({ to: 'beginning' })).toEqual([
    at(prompts, 3, 0, { repeated: 3 }),
    at(topic.goldenTrajectories, null, 0, {}),
    at(models, null, 0, {}),
    at(retryTopic(service), null, 0, {}),
  ])
  expect(await plan({ to: 'end' })).toMatchObject([
    at(prompts, 3, 4, { skipped: 1 }),
    at(topic.goldenTrajectories, null, 0, {}),
    at(models, null, 1, { skipped: 1 }),
    at(retryTopic(service), null, 0, {}),
  ])
  expect(await plan({ to: '12h', topic: prompts })).toEqual([at(prompts, 3, 2, { repeated: 1 })])
  expect(await plan({ to: '1', topic: prompts, partition: 0 })).toEqual([at(prompts, 3, 1, { repeated: 2 })])
})

test('a position that is not in the log counts as nothing decided', async () => {
  const beyond = await logAt(99)
  expect(await beyond.plan({ to: '3', topic: prompts, partition: 0 })).toEqual([
    at(prompts, 99, 3, { skipped: 3, problem: 'beyond-end' }),
  ])
  const deleted = await logAt(1, { deleted: 5 })
  expect(await deleted.plan({ to: 'beginning', topic: prompts })).toEqual([at(prompts, 1, 5, { problem: 'deleted' })])
})

test.each<[ResetRequest, string]>([
  [{ to: 'yesterday' }, '--to yesterday: give beginning, end, an offset, or a time such as 2026-11-24T10:00:00Z'],
  [{ to: '2' }, '--to 2 is an offset: give --topic and --partition'],
  [{ to: '5', topic: prompts, partition: 0 }, '--to 5: tuned-prompts/0 has the offsets 0 to 4'],
  [
    { to: 'end', topic: topic.chatLogs },
    `--topic ${topic.chatLogs}: evaluator consumes tuned-prompts, golden-trajectories, `,
  ],
  [{ to: 'end', partition: 4 }, '--partition 4: each topic of evaluator has 0 to 0'],
])('%o is refused with what can be given', async (request, message) => {
  const { plan } = await logAt(0)
  await expect(plan(request)).rejects.toMatchObject({ code: 'FLY_USAGE', message: expect.stringContaining(message) })
})
