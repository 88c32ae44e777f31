import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { expect, test } from 'vitest'
import { readSettings } from '#runtime/config/config.ts'
import { canonicalJson } from '#runtime/core/identity.ts'
import { openRuntime } from '#runtime/host/open-runtime.ts'
import { ensureTopics } from '#runtime/host/topics.ts'
import { putJson } from '#runtime/objects/object-store.ts'
import type { Dataset, DatasetRow, EvaluationSet } from '#schemas/objects.ts'
import { agentDescribed } from '#test/support/data/agent-described.ts'
import { call, userMessage } from '#test/support/data/turns.ts'
import { temporaryFolder } from '#test/support/folder.ts'
import { topic } from '#topology/topic-names.ts'
import { lines, runFlywheel } from './rows.support.ts'

const row = (id: string, fields: Partial<DatasetRow> = {}): DatasetRow => ({
  ...{ id, family: id, messages: [userMessage(`Question ${id}`)], calls: [call('fees', '{"id":9007199254740993}')] },
  ...{ synthetic: false, inclusionProbability: 1, ...fields },
})

/** A data folder with one dataset of the agent desk: two rows to train on, one of which has no answer, and one to evaluate on. */
async function filled(): Promise<string> {
  const home = temporaryFolder()
  const world = await openRuntime(
    readSettings({ FLYWHEEL_HOME: home, FLYWHEEL_PORT: '0', FLYWHEEL_LOG_LEVEL: 'silent' }),
  )
  await ensureTopics(world)
  await world.codec.registerSchemas()
  const training: Dataset = { format: 2, agent: 'desk', version: 1, rows: [row('a'), row('b', { calls: [] })] }
  const evaluation: EvaluationSet = { format: 2, agent: 'desk', rows: [row('c')] }
  const digests = {
    dataset: await putJson(world.objects, canonicalJson(training)),
    evaluation: await putJson(world.objects, canonicalJson(evaluation)),
  }
  const event = {
    ...{ id: 'd', parents: [], at: 1_800_000_000_000, agent: 'desk', outcome: 'curated', reasons: ['enough'] },
    ...{ version: 1, gold: 3, trainingRows: 2, syntheticRows: 0, evaluationRows: 1, families: 1, refusedLeaks: 0 },
    ...digests,
  } as const
  await world.log.append([
    world.codec.record(topic.agents, agentDescribed([{ name: 'fees', description: 'What it costs.' }])),
    world.codec.record(topic.datasets, event),
  ])
  await world.close()
  return home
}

test('datasets are listed, shown, and exported for fine-tuning', async () => {
  const home = await filled()
  const datasets = (...args: readonly string[]) => runFlywheel(topic.datasets, ...args, '--home', home)

  expect((await datasets('list')).out).toMatch(/^desk +1 +2027-01-15T08:00:00.000Z +2 +0 +1 +[0-9a-f]{64}$/m)
  const { out } = await datasets('show', 'desk')
  expect(out).toMatch(/^first tool +\(none\) +1 +0\nfirst tool +fees +1 +1$/m)
  expect(out).toMatch(/^enough$/m)

  const same = await datasets('diff', 'desk', '--from', '1', '--to', '1')
  expect(same).toMatchObject({ status: 0, out: 'datasets 1 and 1 have the same rows\n' })

  const file = join(home, 'train.jsonl')
  const exported = await datasets('export', 'desk', '--out', file)
  expect(exported.out).toMatch(/^1 rows of dataset 1 \(training\) in .*\n1 rows left out: no call is right/)
  expect(lines(readFileSync(file, 'utf8'))).toMatchObject([
    {
      messages: [{ content: 'Question a' }, { tool_calls: [{ function: { arguments: '{"id":9007199254740993}' } }] }],
      tools: [{ function: { name: 'fees' } }],
    },
  ])

  const parquet = join(home, 'it.parquet')
  expect((await datasets('export', 'desk', '--format', 'parquet', '--out', parquet)).out).toMatch(/^2 rows /)
  const database = await DuckDBInstance.create(':memory:', { threads: '1' })
  const connection = await database.connect()
  const select = `SELECT id, calls[1].arguments AS written, messages[1]."text" AS asked FROM read_parquet('${parquet}')`
  expect((await connection.runAndReadAll(select)).getRowObjectsJS()).toEqual([
    { id: 'a', written: '{"id":9007199254740993}', asked: 'Question a' },
    { id: 'b', written: null, asked: 'Question b' },
  ])
  connection.closeSync()
  database.closeSync()

  await datasets('export', 'desk', '--format', 'jumpstart', '--out', join(home, 'jumpstart.jsonl'))
  const { prompt } = JSON.parse(readFileSync(join(home, 'template.json'), 'utf8')) as { prompt: string }
  const [line] = lines<Record<string, string>>(readFileSync(join(home, 'jumpstart.jsonl'), 'utf8'))
  expect(line).toMatchObject({ conversation: 'user: Question a' })
  expect(line?.['response']).toBe('[{"name":"fees","arguments":{"id":9007199254740993}}]')
  for (const [, field] of prompt.matchAll(/\{(\w+)\}/g)) expect(line).toHaveProperty(field ?? '')

  expect(await datasets('show', 'desk', '--version', '7')).toMatchObject({
    status: 1,
    errors: expect.stringMatching(/agent desk has no dataset 7; it has 1/),
  })
})
