import { setTimeout as pause } from 'node:timers/promises'
import { waitUntil } from '#test/support/wait-until.ts'
import type { BenchCluster } from './bench-cluster.ts'
import { type Contender, flywheelService } from './contenders.ts'
import type { Cores } from './cores.ts'
import { startPeer } from './peer.ts'

/** Seconds from the start of the process until its first output is committed. */
export type Restart = {
  readonly entries: number
  readonly withoutStateSeconds: number
  readonly withCopySeconds: number
  readonly fromChangelogSeconds: number
}

/**
 * Writes one entry of state per record, then starts the process again: once with its local snapshot, and once with an empty
 * home, where it has only the changelog.
 */
export async function measureRestart(stage: BenchCluster, cores: Cores, entries: number): Promise<Restart> {
  const home = stage.folder()
  const filling = flywheelService(stage, true, home)
  await stage.setGroupOffsets(filling.group, 'beginning')
  const withoutStateSeconds = await secondsToFirst(stage, filling, cores, entries)
  const withCopySeconds = await secondsToFirst(stage, filling, cores)
  const fromChangelogSeconds = await secondsToFirst(stage, flywheelService(stage, true), cores)
  return { entries, withoutStateSeconds, withCopySeconds, fromChangelogSeconds }
}

/** Runs until the first output, or until that many records are done. */
async function secondsToFirst(
  stage: BenchCluster,
  { group, command }: Contender,
  cores: Cores,
  records = 0,
): Promise<number> {
  const before = await stage.committedRecords(group)
  const from = performance.now()
  const peer = startPeer(command, cores)
  try {
    await peer.first
    let done = before
    for (; done <= before; done = await stage.committedRecords(group)) await pause(10)
    const seconds = (performance.now() - from) / 1000
    await waitUntil('so many records are done', async () => (await stage.committedRecords(group)) >= records, 600_000)
    return Number(seconds.toFixed(2))
  } finally {
    await peer.stop()
  }
}
