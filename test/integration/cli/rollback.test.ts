import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { untunedManifest } from '#planners/linear/model/manifest.ts'
import { readSettings } from '#runtime/config/config.ts'
import { canonicalJson, digest } from '#runtime/core/identity.ts'
import { openRuntime } from '#runtime/host/open-runtime.ts'
import type { CandidateEvaluated, DatasetDecided, ReleaseDecided, TuningDecided } from '#schemas/events.ts'
import { temporaryFolder } from '#test/support/folder.ts'
import { runUntilTestEnds } from '#test/support/run-until-test-ends.ts'
import { waitUntil } from '#test/support/wait-until.ts'
import { evaluated } from '#test/unit/services/promoter/makers.ts'
import { topic } from '#topology/topic-names.ts'

const tools = [
  { name: 'quote', description: 'Price of a security.' },
  { name: 'fees', description: 'What a transfer costs.' },
]
/** Three planners of the agent: their manifests differ in the description of a tool. */
const manifests = ['', ' today', ' now'].map(words =>
  canonicalJson(
    untunedManifest(
      'desk',
      tools.map(({ name, description }) => ({ name, description: description + words })),
    ),
  ),
)
const [untuned = '', first = '', second = ''] = manifests.map(manifest => digest(manifest))

const dataset: DatasetDecided = {
  ...{ id: 'dataset-2', parents: [], at: 9000, agent: 'desk', outcome: 'curated', reasons: [], version: 2 },
  ...{ dataset: 'd'.repeat(64), evaluation: 'e'.repeat(64), gold: 200, trainingRows: 100, syntheticRows: 0 },
  ...{ evaluationRows: 50, families: 50, refusedLeaks: 0 },
}

test('a rollback reaches what is served, what is shown and what candidates are compared with', async () => {
  const home = temporaryFolder()
  const runtime = await openRuntime(
    readSettings({ FLYWHEEL_HOME: home, FLYWHEEL_PORT: '0', FLYWHEEL_LOG_LEVEL: 'silent' }),
  )
  const names = ['ingest', 'strategist', 'promoter', 'gateway', 'console'] as const
  const { urlOf, signal } = await runUntilTestEnds(runtime, names)
  const url = urlOf('promoter')
  const flywheel = (...args: readonly string[]) =>
    promisify(execFile)(process.execPath, ['services/_cli/main.ts', ...args, '--port', new URL(url).port]).then(
      ({ stdout }) => ({ code: 0, stdout, stderr: '' }),
      ({ code, stdout, stderr }) => ({ code, stdout, stderr }) as { code: number; stdout: string; stderr: string },
    )
  const read = async <T>(name: string): Promise<T[]> => {
    const events: T[] = []
    const onRecords = async (records: readonly { value: Buffer | null }[]): Promise<void> => {
      for (const { value } of records) if (value) events.push((await runtime.codec.decodeAny(value)) as T)
    }
    await runtime.log.read([name], { from: 'beginning', follow: false }, onRecords, signal)
    return events
  }
  const evaluate = (event: Partial<CandidateEvaluated>) =>
    runtime.log.append([runtime.codec.record(topic.evaluations, evaluated(event))])
  const releases = () => read<ReleaseDecided>(topic.releases)
  const untilReleases = (count: number) =>
    waitUntil(`${count} releases are decided`, async () => (await releases()).length === count)
  const get = async <T>(path: string) => (await (await fetch(`${url}${path}`)).json()) as T
  const untilServed = (planner: string) =>
    waitUntil(
      `${planner} is served`,
      async () => (await get<{ planner: string }>('/v1/gateway/status?agent=desk')).planner === planner,
    )

  const described = { method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ tools }) }
  expect((await fetch(`${url}/v1/agents/desk`, described)).status).toBe(200)
  for (const manifest of manifests) await runtime.objects.put(Buffer.from(manifest))

  await evaluate({ id: 'e1', candidate: first, baseline: untuned })
  await untilReleases(1)
  const refused = await flywheel('rollback', 'desk', '--why', 'x')
  expect(refused.code).toBe(1)
  expect(refused.stderr).toMatch(/nothing was released to desk before/)
  await evaluate({ id: 'e2', candidate: second, baseline: first, candidateAccuracy: 0.8 })
  await untilServed(second)

  const { code, stdout, stderr } = await flywheel('rollback', 'desk', '--why', 'fees are wrong', '--json')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const [promoted, , rolledBack] = await releases()
  expect(JSON.parse(stdout)).toMatchObject({ release: rolledBack?.id, planner: first, previous: second })
  expect(rolledBack).toMatchObject({
    ...{ outcome: 'rolledBack', planner: first, previous: second, evaluationId: 'e1', accuracy: 0.75 },
    ...{ reasons: ['rolled back by wheel: fees are wrong'], parents: expect.arrayContaining([promoted?.id]) },
  })

  // The gateway serves it, the console shows it, and the next candidate must beat it.
  await untilServed(first)
  await waitUntil('the console shows it', async () => {
    const { agents } = await get<{ agents: { release: { id: string } | null }[] }>('/v1/status')
    return agents[0]?.release?.id === rolledBack?.id
  })
  await evaluate({ id: 'e3', candidate: 'f'.repeat(64), baseline: second })
  await untilReleases(4)
  expect((await releases())[3]).toMatchObject({
    outcome: 'rejected',
    planner: first,
    reasons: expect.arrayContaining(['stale baseline']),
  })
  await runtime.log.append([runtime.codec.record(topic.datasets, dataset)])
  await waitUntil('the strategist asks', async () => (await read(topic.tuningRequests)).length === 1)
  expect((await read<TuningDecided>(topic.tuningRequests))[0]).toMatchObject({ outcome: 'requested', baseline: first })

  // Back to what was rolled back, by its name.
  const again = await flywheel('rollback', 'desk', '--to', (await releases())[1]?.id ?? '', '--why', 'it was not that')
  expect(again.stdout).toBe(
    `desk is served by planner ${second} again, instead of ${first}: release ${(await releases())[4]?.id}\n`,
  )
  await untilServed(second)
})
