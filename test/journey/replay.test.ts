import { rmSync, writeFileSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readSettings } from '#runtime/config/config.ts'
import { openRuntime, type Runtime } from '#runtime/host/open-runtime.ts'
import { countRecords } from '#runtime/log/count-records.ts'
import type { ReplayReceipt } from '#runtime/replay/receipt.ts'
import { type ReplayRequest, runReplay } from '#runtime/replay/replay.ts'
import { currentRules, loadConfigFile, loadRules } from '#runtime/replay/rules.ts'
import { all } from '#services/all.ts'
import { consumedTopics } from '#topology/derive/definitions.ts'
import { consumerGroup } from '#topology/derive/names.ts'
import { services } from '#topology/map.ts'
import { topic } from '#topology/topic-names.ts'
import type { ServiceName } from '#topology/types.ts'
import { runJourney } from './wheel.ts'

/** The decisions of a finished run are repeated: the same data always leads to the same decisions. */
describe('a finished run', () => {
  let runtime: Runtime
  let home: string
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'flywheel-'))
    await runJourney(home)
    runtime = await openRuntime(readSettings({ FLYWHEEL_HOME: home, FLYWHEEL_LOG_LEVEL: 'error' }))
  })
  afterAll(async () => {
    await runtime.close()
    rmSync(home, { recursive: true })
  })

  const again = async (
    service: ServiceName,
    asked: Partial<ReplayRequest> & { run: string },
  ): Promise<ReplayReceipt> => {
    const rules = await currentRules(all[service])
    const range = { since: null, until: null }
    return runReplay(runtime, { rules, range, ...asked, home }, new AbortController().signal)
  }
  const deciding = (Object.keys(services) as ServiceName[]).filter(name => all[name].decide)
  const positions = () =>
    Promise.all(deciding.map(name => runtime.log.committed(consumerGroup(name), consumedTopics(name))))

  test.each(deciding)('%s makes the same decisions again', async service => {
    const before = await positions()
    const { decided, diff, memory, refused } = await again(service, { run: `again-${service}` })
    expect(decided).toBeGreaterThan(0)
    for (const counts of Object.values(diff)) expect(counts).toMatchObject({ changed: 0, added: 0, removed: 0 })
    expect([memory, refused]).toEqual([null, {}])
    expect(await positions()).toEqual(before)
  })

  test.each(['sampler', 'judge'] as const)('two replays of %s have the same digest', async service => {
    const { run: _one, ...first } = await again(service, { run: `${service}-1` })
    const { run: _two, ...second } = await again(service, { run: `${service}-2` })
    expect(second).toEqual(first)
  })

  test('another sample share selects other samples', async () => {
    const file = join(home, 'config.json')
    writeFileSync(file, '{"sampleShare": 0.9}')
    const { diff, outputs } = await again('sampler', { run: 'more', config: await loadConfigFile(file) })
    const { same = 0, changed = 0, added = 0, removed = 0 } = diff[topic.selectedSamples] ?? {}
    expect(added).toBeGreaterThan(removed)
    expect(same + changed + removed).toBe(await countRecords(runtime.log, topic.selectedSamples))
    expect(same + changed + added).toBe(outputs.events)
  })

  test('a rule that trusts no score changes only that field, and only where it was true', async () => {
    const own = import.meta.resolve('#services/judge/decide.ts')
    const file = join(home, 'rules.mjs')
    const doubt = 'emit: emit.map(out => ({ ...out, event: { ...out.event, trusted: false } }))'
    writeFileSync(
      file,
      `import { decide as own } from '${own}'
      export function decide(...given) {
        const { emit = [], ...decision } = own(...given)
        return { ...decision, ${doubt} }
      }`,
    )
    const { diff, examples } = await again('judge', { run: 'doubt', rules: await loadRules(all.judge, file) })
    const counts = diff[topic.scoredSamples]
    expect(counts?.changed).toBeGreaterThan(0)
    expect(counts).toMatchObject({ added: 0, removed: 0, fields: { trusted: counts?.changed } })
    expect(examples[0]).toMatchObject({ change: 'changed', fields: [{ field: 'trusted', was: true, is: false }] })
  })
})
