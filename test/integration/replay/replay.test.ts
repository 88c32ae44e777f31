import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { digest } from '#runtime/core/identity.ts'
import { countRecords } from '#runtime/log/count-records.ts'
import { loadConfigFile, loadRules } from '#runtime/replay/rules.ts'
import { all } from '#services/all.ts'
import { temporaryFolder } from '#test/support/folder.ts'
import { gold } from '#test/unit/services/judge/events.ts'
import { turn } from '#test/unit/services/sampler/stream.ts'
import { consumedTopics } from '#topology/derive/definitions.ts'
import { consumerGroup, retryTopic } from '#topology/derive/names.ts'
import { topic } from '#topology/topic-names.ts'
import { changedRules, createReplayFixture, describeAgent, samples } from './replay.support.ts'

const day = 86_400_000
const trusting = `export function decide(...given) {
  const { emit = [], ...decision } = own(...given)
  return { ...decision, emit: emit.map(out => ({ ...out, event: { ...out.event, trusted: true } })) }
}`

test('the same rules give the same decisions, also across restarts', async () => {
  const { decided, again, folderOf } = await createReplayFixture()
  await decided('judge', samples(0, 30))
  await decided('judge', [gold('s3'), gold('s4'), ...samples(30, 10)])
  const [first, second] = [await again('judge', { run: 'one' }), await again('judge', { run: 'two' })]
  expect(first.diff).toEqual({ [topic.scoredSamples]: { same: 42, changed: 0, added: 0, removed: 0, fields: {} } })
  expect(first).toMatchObject({ decided: 42, memory: null, refused: {}, outputs: { events: 42 } })
  expect({ ...second, run: 'one' }).toEqual(first)
  const outputs = readFileSync(join(folderOf('one'), 'outputs.ndjson'))
  expect(digest(outputs)).toBe(first.outputs.sha256)
  expect(readFileSync(join(folderOf('two'), 'outputs.ndjson')).equals(outputs)).toBe(true)
  expect(JSON.parse(readFileSync(join(folderOf('one'), 'receipt.json'), 'utf8'))).toEqual(first)
  expect(readdirSync(folderOf('one')).toSorted()).toEqual(['diff.ndjson', 'outputs.ndjson', 'receipt.json'])
})

test('records of an output topic that cannot be decoded are counted and named, and the others compared', async () => {
  const { decided, again, world } = await createReplayFixture()
  await decided('judge', samples(0, 5))
  const garbage = { topic: topic.scoredSamples, key: 'x', partition: 1 }
  const [end] = (await world.log.positionsAt([topic.scoredSamples], Number.MAX_SAFE_INTEGER)).filter(
    ({ partition }) => partition === 1,
  )
  const offset = end?.offset ?? 0
  await world.log.append(['no event', 'nor this'].map(text => ({ ...garbage, value: Buffer.from(text) })))
  const { unreadable, diff } = await again('judge', { run: 'r' })
  expect(unreadable).toEqual({
    records: 2,
    first: [offset, offset + 1].map(at => ({
      ...{ topic: topic.scoredSamples, partition: 1, offset: at },
      why: expect.stringContaining('wire format'),
    })),
  })
  expect(diff[topic.scoredSamples]).toMatchObject({ same: 5, changed: 0 })
})

test('decisions under changed rules are compared with the recorded ones field by field', async () => {
  const { decided, again, folderOf } = await createReplayFixture()
  await decided('judge', samples(0, 10))
  const file = changedRules(trusting)
  const receipt = await again('judge', { run: 'trusting', rules: await loadRules(all.judge, file) })
  const fields = { trusted: 10 }
  expect(receipt.diff).toEqual({ [topic.scoredSamples]: { same: 0, changed: 10, added: 0, removed: 0, fields } })
  expect(receipt.rules).toEqual({ version: all.judge.version, file, sha256: digest(readFileSync(file)) })
  expect(receipt.examples[0]).toMatchObject({
    ...{ inputId: 's0', topic: topic.scoredSamples, change: 'changed' },
    fields: [{ field: 'trusted', was: false, is: true }],
  })
  const lines = readFileSync(join(folderOf('trusting'), 'diff.ndjson'), 'utf8')
    .trim()
    .split('\n')
  expect(lines.map(line => JSON.parse(line).inputId)).toEqual(samples(0, 10).map(({ event }) => event.id))
})

test('rules that change the state decide on the state that they wrote themselves', async () => {
  const { decided, again } = await createReplayFixture()
  await decided('judge', [...samples(0, 5), gold('s1')])
  const forgetful = changedRules('export const decide = (...given) => ({ ...own(...given), stateChanges: [] })')
  const { diff, memory } = await again('judge', { run: 'forgetful', rules: await loadRules(all.judge, forgetful) })
  // Gold without its sample: the score has no arms.
  expect(diff[topic.scoredSamples]).toMatchObject({ same: 5, changed: 1, fields: { arms: 1 } })
  expect(memory).toMatchObject({ was: 1, is: 0 })
})

test('a range is decided on the state before it, under the same rules', async () => {
  const { decided, again, later } = await createReplayFixture()
  await decided('judge', samples(0, 5))
  const since = later(day)
  await decided('judge', [gold('s1'), gold('s2')])
  const until = later(day)
  await decided('judge', [gold('s3')])
  const { partitions, diff, memory } = await again('judge', { run: 'middle', range: { since, until } })
  expect(partitions).toMatchObject([{ first: 5, end: 7, decided: 2, ledUp: 5 }])
  expect([diff[topic.scoredSamples]?.same, memory]).toEqual([2, null])
})

test('a configuration overrides the recorded facts', async () => {
  const { decided, again, world } = await createReplayFixture()
  await describeAgent(world, 0)
  await decided(
    'sampler',
    Array.from({ length: 20 }, (_none, at) => turn(`t${at}`)),
  )
  const file = join(temporaryFolder(), 'config.json')
  writeFileSync(file, '{"sampleShare": 1, "sampling": "random"}')
  const receipt = await again('sampler', { run: 'all', config: await loadConfigFile(file) })
  expect(receipt.diff).toMatchObject({ [topic.selectedSamples]: { same: 0, changed: 0, added: 20, removed: 0 } })
  expect(receipt.config).toEqual({ file, sha256: digest(readFileSync(file)) })
})

test('a replay changes no topic, no position and no object', async () => {
  const { decided, again, world, home } = await createReplayFixture()
  await decided('judge', samples(0, 5))
  const live = async () => {
    const topics = (await world.log.topics()).map(({ name }) => name)
    return {
      counts: await Promise.all(topics.map(name => countRecords(world.log, name))),
      positions: await world.log.committed(consumerGroup('judge'), consumedTopics('judge')),
      objects: readdirSync(join(home, 'objects'), { recursive: true }).length,
    }
  }
  const before = await live()
  const storing = changedRules('export const decide = () => ({ objects: [Buffer.from("new")] })')
  await again('judge', { run: 'storing', rules: await loadRules(all.judge, storing) })
  expect(await live()).toEqual(before)
  expect(before.positions.reduce((sum, { offset }) => sum + offset, 0)).toBe(5)
  const object = digest('new')
  expect(existsSync(join(home, 'replays', 'storing', 'objects', object.slice(0, 2), object.slice(2, 4), object))).toBe(
    true,
  )
})

test('records that changed rules refuse are counted, with the reason', async () => {
  const { decided, again } = await createReplayFixture()
  await decided('judge', samples(0, 3))
  const emit = `[{ topic: '${topic.scoredSamples}', event: { agent: 'desk' } }]`
  const file = changedRules(`export const decide = inbound => (inbound.event.id === 's1' ? { emit: ${emit} } : {})`)
  const { refused, diff } = await again('judge', { run: 'refusing', rules: await loadRules(all.judge, file) })
  expect(refused).toEqual({ FLY_ENCODE: { records: 1, why: expect.stringMatching(/sampleId must be string/) } })
  expect(diff[topic.scoredSamples]).toMatchObject({ same: 0, removed: 3 })
})

test('a re-driven record is decided as the original record', async () => {
  const { decided, again, world } = await createReplayFixture()
  await decided('judge', samples(0, 2))
  const letter = world.codec.record(topic.goldAnswers, gold('s1').event, { 'dlq.topic': topic.goldAnswers })
  await world.log.append([{ ...letter, topic: retryTopic('judge') }])
  await decided('judge', [gold('s0')])
  const { diff, memory } = await again('judge', { run: 'mended' })
  expect([diff[topic.scoredSamples]?.same, diff[topic.scoredSamples]?.changed, memory]).toEqual([4, 0, null])
})
