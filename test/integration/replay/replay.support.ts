import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { readSettings } from '#runtime/config/config.ts'
import { openRuntime, type Runtime } from '#runtime/host/open-runtime.ts'
import { startServices } from '#runtime/host/start-services.ts'
import { ensureTopics } from '#runtime/host/topics.ts'
import type { EventLog } from '#runtime/log/event-log.ts'
import type { ReplayReceipt } from '#runtime/replay/receipt.ts'
import { type ReplayRequest, runReplay } from '#runtime/replay/replay.ts'
import { currentRules } from '#runtime/replay/rules.ts'
import { all, openServices } from '#services/all.ts'
import { temporaryFolder } from '#test/support/folder.ts'
import { waitUntil } from '#test/support/wait-until.ts'
import { sample } from '#test/unit/services/judge/events.ts'
import { consumedTopics } from '#topology/derive/definitions.ts'
import { consumerGroup } from '#topology/derive/names.ts'
import { topic } from '#topology/topic-names.ts'
import type { Inbound, ServiceName } from '#topology/types.ts'

export const neverAborted = new AbortController().signal

/** A runtime in its own folder with a clock that the test sets; on the embedded log, or on a given one. */
export async function createReplayFixture(given?: EventLog) {
  const home = temporaryFolder()
  let time = Date.parse('2026-01-01')
  const clock = { now: () => time }
  /** Advances the clock and returns its new time. */
  const later = (milliseconds: number): number => {
    time += milliseconds
    return time
  }
  const settings = readSettings({ FLYWHEEL_HOME: home, FLYWHEEL_PORT: '0', FLYWHEEL_LOG_LEVEL: 'silent' })
  const opened = await openRuntime(settings, clock)
  onTestFinished(() => opened.close())
  const world: Runtime = { ...opened, log: given ?? opened.log }
  await ensureTopics(world)

  /** Runs a service until it has decided these records. */
  const decided = async (service: ServiceName, inputs: readonly Inbound<ServiceName>[]): Promise<void> => {
    await world.codec.registerSchemas()
    await world.log.append(inputs.map(input => world.codec.record(input.topic, input.event)))
    const stop = new AbortController()
    const { done } = await startServices(world, await openServices(world, [service]), stop.signal)
    await waitUntil(`${service} has decided`, async () => {
      const lag = await world.log.lag(consumerGroup(service), consumedTopics(service))
      return lag.every(({ records }) => records === 0)
    })
    stop.abort()
    await done
  }
  const again = async (service: ServiceName, asked: Partial<ReplayRequest> & { run: string }): Promise<ReplayReceipt> =>
    runReplay(
      world,
      { rules: await currentRules(all[service]), range: { since: null, until: null }, ...asked, home },
      neverAborted,
    )
  return { world, home, later, decided, again, folderOf: (name: string) => join(home, 'replays', name) }
}

export const samples = (from: number, count: number) =>
  Array.from({ length: count }, (_none, at) => sample(`s${from + at}`, { plan: { margin: (at % 10) / 10 } }))

/** A module of rules that may call the judge's own `decide` as `own`. */
export function changedRules(change: string): string {
  const own = new URL('../../../services/judge/decide.ts', import.meta.url).pathname
  const file = join(temporaryFolder(), 'rules.mjs')
  writeFileSync(file, `import { decide as own } from '${own}'\n${change}\n`)
  return file
}

/** The agent of the events above, with a sample share and the description of its one tool. */
export async function describeAgent({ codec, log }: Runtime, sampleShare: number, description = ''): Promise<void> {
  const budgets = {
    sampleShare,
    reviewersPerItem: 1,
    overlapShare: 0,
    newGoldForDataset: 100,
    evaluationShare: 0.2,
    syntheticShare: 0,
    arms: { impact: 0.15, underrepresented: 0.1, random: 0.15 },
  }
  const targets = { accuracy: 0.9, margin: 0.02, stratumMargin: 0.1 }
  const tools = [{ name: 'quote', description }]
  const agent = { id: 'a', parents: [], at: 0, agent: 'desk', name: 'Desk', tools, budgets, targets }
  await codec.registerSchemas()
  await log.append([codec.record(topic.agents, { ...agent, sampling: 'active' })])
}
