import { setTimeout as pause } from 'node:timers/promises'
import type { BenchCluster } from './bench-cluster.ts'
import type { Contender } from './contenders.ts'
import { type Cores, residentMb } from './cores.ts'
import { startPeer } from './peer.ts'

/** Resident memory in MB after a tenth of the records and after all, and the largest measured. */
export type MemoryUse = {
  readonly records: number
  readonly afterTenthMb: number
  readonly afterLastMb: number
  readonly growthMb: number
  readonly peakMb: number
}

/** Measures one process on the first `records` of the input. */
export async function measureMemory(
  stage: BenchCluster,
  { group, command }: Contender,
  cores: Cores,
  records: number,
): Promise<MemoryUse> {
  await stage.setGroupOffsets(group, 'beginning')
  const peer = startPeer(command, cores)
  try {
    await peer.first
    let afterTenth: number | undefined
    let peak = 0
    for (;;) {
      const done = await stage.committedRecords(group)
      const resident = residentMb(peer.pid)
      peak = Math.max(peak, resident)
      if (done >= records / 10) afterTenth ??= resident
      if (done >= records) {
        const afterTenthMb = afterTenth ?? resident
        return { records, afterTenthMb, afterLastMb: resident, growthMb: resident - afterTenthMb, peakMb: peak }
      }
      await pause(200)
    }
  } finally {
    await peer.stop()
  }
}
