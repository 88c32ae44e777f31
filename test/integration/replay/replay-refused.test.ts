import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { EmbeddedLog } from '#runtime/log/embedded/embedded-log.ts'
import { loadConfigFile, loadRules } from '#runtime/replay/rules.ts'
import { all } from '#services/all.ts'
import { maintainAfter } from '#test/support/embedded-log.ts'
import { temporaryFolder } from '#test/support/folder.ts'
import { gold } from '#test/unit/services/judge/events.ts'
import { turn } from '#test/unit/services/sampler/stream.ts'
import { decisionsTopic } from '#topology/derive/names.ts'
import { topic } from '#topology/topic-names.ts'
import { changedRules, createReplayFixture, describeAgent, samples } from './replay.support.ts'

/** Each refusal says why and what to do, and leaves no folder. */
const day = 86_400_000

test('a range without decisions, with the time of the first one', async () => {
  const { again, decided, later, folderOf } = await createReplayFixture()
  const range = { since: later(0) + day, until: null }
  await expect(again('judge', { run: 'r', range })).rejects.toThrow(
    /this log holds none at all: name another log with --home/,
  )
  await decided('judge', samples(0, 3))
  await expect(again('judge', { run: 'r', range })).rejects.toThrow(
    /judge recorded no decisions between 2026-01-02T00:00:00.000Z and now; the first one kept is of 2026-01-01T00:00:00.000Z: give another --since or --until/,
  )
  expect(existsSync(folderOf('r'))).toBe(false)
})

test('a run that exists already, and an invalid name', async () => {
  const { again, decided } = await createReplayFixture()
  await decided('judge', samples(0, 1))
  await again('judge', { run: 'once' })
  await expect(again('judge', { run: 'once' })).rejects.toThrow(/--as once: .* exists already: give another name/)
  for (const run of ['', '.', '..', '../once', 'a/b', '-a', 'a b', 'x'.repeat(65)])
    await expect(again('judge', { run })).rejects.toThrow(/--as .*give a plain name/)
})

test('state whose beginning is no longer kept', async () => {
  const { again, decided, later, world, folderOf } = await createReplayFixture()
  await decided('judge', samples(0, 3))
  later(60 * day)
  await decided('judge', samples(3, 3))
  later(40 * day)
  await maintainAfter(world.log as EmbeddedLog, 100)
  await expect(again('judge', { run: 'r' })).rejects.toThrow(
    /judge is stateful, and its state of \d+ keys before the first decision that is kept, .*@3, cannot be rebuilt/,
  )
  expect(existsSync(folderOf('r'))).toBe(false)
})

test('records that are no longer kept', async () => {
  const { again, decided, later, world } = await createReplayFixture()
  await describeAgent(world, 1)
  await decided('sampler', [turn('a')])
  later(40 * day)
  await maintainAfter(world.log as EmbeddedLog, 40)
  await expect(again('sampler', { run: 'r' })).rejects.toThrow(
    /the record .*@0 is no longer kept: give a later --since/,
  )
})

test('recorded events that are no longer kept', async () => {
  const { again, decided, world } = await createReplayFixture()
  await decided('judge', samples(0, 1))
  const lost = { id: 'd', service: 'judge', topic: topic.selectedSamples, offset: 0, inputId: 's0', remembered: 1 }
  const { partition } = (await world.log.committed('judge', [topic.selectedSamples])).find(
    ({ offset }) => offset > 0,
  ) ?? { partition: 0 }
  const event = { ...lost, partition, facts: null, large: false, outputs: ['gone'] }
  await world.log.append([{ ...world.codec.record(decisionsTopic('judge'), { ...event, offset: 1 }), partition }])
  await world.log.append([{ ...world.codec.record(topic.selectedSamples, samples(1, 1)[0]?.event ?? {}), partition }])
  await expect(again('judge', { run: 'r' })).rejects.toThrow(
    /the event gone, which the decision on selected-samples\/\d@1 emitted, is no longer kept/,
  )
})

test('decisions of an earlier version, which had no order', async () => {
  const { again, world } = await createReplayFixture()
  await world.codec.registerSchemas()
  const old = { id: 'd', service: 'judge', topic: topic.selectedSamples, partition: 0, offset: 0, inputId: 's0' }
  const event = { ...old, facts: 'null', large: false, outputs: [], remembered: -1 }
  await world.log.append([{ ...world.codec.record(decisionsTopic('judge'), event), partition: 0 }])
  await expect(again('judge', { run: 'r' })).rejects.toThrow(/was recorded by an earlier version, without the order/)
})

test('facts whose object is missing', async () => {
  const { again, decided, world, home } = await createReplayFixture()
  await describeAgent(world, 1, 'a tool with many words to say about itself '.repeat(20))
  await decided('self-play', [{ ...gold('s1'), topic: topic.goldAnswers } as never])
  await again('self-play', { run: 'whole' })
  rmSync(join(home, 'objects'), { recursive: true })
  await expect(again('self-play', { run: 'r' })).rejects.toThrow(
    /the facts of the decision .* cannot be read: .*object [0-9a-f]{64} is missing; restore it/,
  )
})

test.each([
  ['that are not there', () => 'nowhere.ts', /--rules nowhere\.ts cannot be read: .*ENOENT/],
  ['that do not parse', () => changedRules('export const decide = ('), /--rules .*rules\.mjs cannot be loaded: /],
  ['without decide', () => changedRules('export const rule = own'), /exports no function decide/],
  ['of a wrong version', () => changedRules('export const decide = own, version = 2'), /version must be a text/],
  ['that wait', () => changedRules('export const decide = async () => ({})'), /decide must not be async/],
  [
    'that emit elsewhere',
    () => changedRules(`export const decide = () => ({ emit: [{ topic: 'gossip', event: {} }] })`),
    /emits to gossip; judge writes scored-samples/,
  ],
  [
    'that throw, with the place',
    () => changedRules('export const decide = () => own.nothing.at(0)'),
    /judge failed on .*@0: TypeError/,
  ],
])('rules %s', async (_what, file, message) => {
  const { again, decided, folderOf } = await createReplayFixture()
  await decided('judge', samples(0, 1))
  const refused = async () => again('judge', { run: 'r', rules: await loadRules(all.judge, file()) })
  await expect(refused()).rejects.toThrow(message)
  expect(existsSync(folderOf('r'))).toBe(false)
})

test.each([
  ['that is no JSON', '{', /is not JSON/],
  ['that is no object', '[1]', /must hold one JSON object/],
  [
    'with a key that no fact has',
    '{"sampleShar": 1}',
    /the facts have no sampleShar; they have arms, evaluationShare, sampleShare, sampling/,
  ],
])('a configuration %s', async (_what, text, message) => {
  const { again, decided, world } = await createReplayFixture()
  await describeAgent(world, 1)
  await decided('sampler', [turn('a')])
  const file = join(temporaryFolder(), 'config.json')
  writeFileSync(file, text)
  const refused = async () => again('sampler', { run: 'r', config: await loadConfigFile(file) })
  await expect(refused()).rejects.toThrow(message)
})

test('a configuration for a service that gathers nothing', async () => {
  const { again } = await createReplayFixture()
  const config = { config: { sampleShare: 1 }, digest: '', file: 'c.json' }
  await expect(again('gateway', { run: 'r', config })).rejects.toThrow(/gateway gathers no facts to change/)
})

test('garbage among the decisions, with its place', async () => {
  const { again, decided, world, folderOf } = await createReplayFixture()
  await decided('judge', samples(0, 3))
  const name = decisionsTopic('judge')
  const [range] = (await world.log.positionsAt([name], Number.MAX_SAFE_INTEGER)).filter(({ offset }) => offset > 0)
  const partition = range?.partition ?? 0
  await world.log.append([{ topic: name, key: 'x', value: Buffer.from('no decision'), partition }])
  await expect(again('judge', { run: 'r' })).rejects.toMatchObject({
    ...{ code: 'FLY_REPLAY', details: { topic: name, partition, offset: range?.offset } },
    message: expect.stringMatching(/decisions\.judge\/\d@\d is no decision that can be read/),
  })
  expect(existsSync(folderOf('r'))).toBe(false)
})
