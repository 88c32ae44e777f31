import { describe, expect, test } from 'vitest'
import { sharedRegistry } from '#test/support/servers/shared-servers.ts'
import { runEmbeddedChaos } from './embedded/embedded-run.ts'
import { noFaults } from './fault-plan.ts'
import { runKafkaChaos } from './kafka/kafka-run.ts'

const clean = { lost: 0, duplicated: 0, outOfOrder: 0, stateDiffers: 0, crashes: 0 }
const ignore = (): void => {}

/** Short runs of `npm run chaos`; its `--help` explains them. */
test('the embedded log survives kills, a full disk and clock jumps', async () => {
  const faults = { ...noFaults, kills: 4, clockJumps: 1, fullDisks: 1 }
  const report = await runEmbeddedChaos({ records: 4_000, seed: 'embedded', faults, breakFence: false }, ignore)
  expect(report).toMatchObject({ ...clean, faults })
})

const on = (brokers: 1 | 3) => ({ brokers, ...(registry !== undefined && { registry }) })
const registry = (await sharedRegistry())?.url

describe.skipIf(!registry)('on Kafka', () => {
  test('kills of workers and of a broker, a hang, a zombie, cuts and a clock jump lose and duplicate nothing', async () => {
    const faults = { ...noFaults, kills: 3, brokerKills: 1, zombies: 1, cuts: 1, clockJumps: 1, hangs: 1, blips: 1 }
    const report = await runKafkaChaos({ records: 4_000, seed: 'kafka', faults, breakFence: false }, ignore, on(3))
    expect(report).toMatchObject({ ...clean, faults })
  }, 300_000)

  test('a stage whose positions are forgotten, or whose next records are deleted, refuses to go on, and loses nothing else', async () => {
    const faults = { ...noFaults, kills: 1, expiries: 1, retentions: 1 }
    const report = await runKafkaChaos({ records: 4_000, seed: 'lost', faults, breakFence: false }, ignore, on(1))
    expect(report).toMatchObject({ ...clean, faults })
    expect(report?.excused).toBeGreaterThan(0)
  }, 300_000)

  test('without fencing a zombie duplicates records, and the check reports it', async () => {
    const faults = { ...noFaults, zombies: 1 }
    const report = await runKafkaChaos({ records: 2_000, seed: 'unfenced', faults, breakFence: true }, ignore, on(1))
    expect(report?.duplicated).toBeGreaterThan(0)
  }, 300_000)
})
