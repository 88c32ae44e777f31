import { countRecords } from '#runtime/log/count-records.ts'
import { toAgentDescribed } from '#services/ingest/agent-described.ts'
import { consumerGroup } from '#topology/derive/names.ts'
import { topic } from '#topology/topic-names.ts'
import type { BenchCluster } from '../runtime/bench-cluster.ts'
import { type Cores, cpuSeconds } from '../runtime/cores.ts'
import { createFiller } from '../runtime/fill.ts'
import { type ProgressSample, sampleProgress } from '../runtime/throughput.ts'
import { createDeskTurns } from './desk-turns.ts'
import { startService } from './server.ts'

type SamplerPace = { readonly recordsPerSecond: number; readonly cpuMicros: number }

/** Throughput of one process on turns in Kafka, from the first to the last committed decision; `picked` is a share. */
export type SamplerResult = SamplerPace & {
  readonly sampleShare: number
  /** Of the second half of the turns, when the state is full and Node has compiled the hot code. */
  readonly secondHalf: SamplerPace
  readonly picked: number
}

/** Fills the input with turns of an agent with that budget, then runs the sampler's own main.ts on them. */
export async function measureSampler(
  stage: BenchCluster,
  sampleShare: number,
  records: number,
  cores: Cores,
): Promise<SamplerResult> {
  const { log, codec } = stage.world
  const group = consumerGroup('sampler')
  const agent = `bench-${sampleShare}`
  const { tools, turnOf } = createDeskTurns(agent, records)
  const described = toAgentDescribed(agent, { tools: [...tools], budgets: { sampleShare } }, Date.now())
  await log.append([codec.record(topic.agents, described)])
  await stage.setGroupOffsets(group, 'end')
  const [done, picked] = await Promise.all([stage.committedRecords(group), countRecords(log, topic.selectedSamples)])
  await createFiller(stage, turnOf)(records)
  const server = await startService('sampler', { ...stage.settings, home: stage.folder() }, cores)
  try {
    const looks = await sampleProgress(stage, group, done + records, () => cpuSeconds(server.pid))
    const begun = looks.filter(look => look.done > done)
    return {
      ...{ sampleShare, ...paceOf(begun) },
      secondHalf: paceOf(begun.filter(look => look.done >= done + records / 2)),
      picked: Number((((await countRecords(log, topic.selectedSamples)) - picked) / records).toFixed(4)),
    }
  } finally {
    await server.stop()
  }
}

function paceOf(looks: readonly ProgressSample[]): SamplerPace {
  const [from, to] = [looks[0], looks.at(-1)]
  if (!from || !to || from.done === to.done) throw new Error('too few turns to see how fast they are decided')
  const records = to.done - from.done
  return {
    recordsPerSecond: Math.round((records / (to.at - from.at)) * 1_000),
    cpuMicros: Math.round(((to.cpu - from.cpu) / records) * 1_000_000),
  }
}
