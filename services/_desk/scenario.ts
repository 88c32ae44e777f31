import { setTimeout as sleep } from 'node:timers/promises'
import type { ServiceName } from '#topology/types.ts'
import type { Api } from './api.ts'
import { conversationsOf, runConversation } from './customers.ts'
import { measureQuality } from './measure.ts'
import type { ProgressStore, QualityMeasurement, RoundResult } from './progress-store.ts'
import type { QuestionSet } from './questions.ts'
import { reviewQueue } from './reviewers.ts'
import type { AgentWatcher } from './watch.ts'

/** Gold at the end of each round, as a share of all of it: doubling shows the gate a difference that it can prove. */
const goldShareByRound = [0.25, 0.5, 1] as const
/** Samples selected for each gold answer wanted: enough in spite of chance, while hardly any goes without its gold. */
const samplesPerGold = 1.1
/** A quarter of the gold is spent on the evidence, so that the gate can see a difference. */
const evaluationShare = 0.25
const concurrentCustomers = 12
/** Share of the questions that become gold at most: the rest keeps sampling a choice. */
const maxGoldShare = 0.8

export type ScenarioContext = {
  readonly api: Api
  readonly watch: AgentWatcher
  readonly ledger: ProgressStore
  readonly questions: QuestionSet
  readonly report: (line: string) => void
  /** Resolves when a service has consumed all there is. */
  readonly waitUntilDrained: (service: ServiceName) => Promise<void>
}

/** Turns the wheel: measures the untuned planner, then round by round lets customers ask, reviewers answer, and waits for the gate. */
export async function runScenario(
  { api, watch, ledger, questions, report, waitUntilDrained }: ScenarioContext,
  signal: AbortSignal,
): Promise<void> {
  const { options, agent, rounds } = ledger.progress()
  const { seed, sampling } = options
  const chats = questions.canRephrase ? options.gold * 4 : questions.training.length
  const gold = Math.min(options.gold, Math.floor(chats * maxGoldShare))
  const goldTarget = (round: number): number => Math.round(gold * (goldShareByRound[round] ?? 0))
  const describe = (round: number, share: number, newGold = goldTarget(round) - goldTarget(round - 1)) =>
    api.describeAgent(agent, {
      name: `Support desk (${questions.name})`,
      tools: questions.tools,
      sampling,
      budgets: { sampleShare: share, newGoldForDataset: newGold, evaluationShare },
    })
  const perRound = goldShareByRound.map((_share, round) => goldTarget(round) - goldTarget(round - 1))
  if (ledger.progress().base === null) {
    await describe(0, 0.1)
    ledger.saveBase(await measureQuality(api, agent, questions.heldOut))
  }
  report(
    `base: ${formatAccuracy(ledger.progress().base)} of ${questions.heldOut.length} held-out questions planned right`,
  )

  const truth = new Map<string, string>()
  for (let round = 0; round < goldShareByRound.length; round++) {
    const conversations = conversationsOf(
      questions,
      seed,
      round,
      perRound,
      Math.round((chats * (perRound[round] ?? 0)) / gold),
    )
    for (const { id, question } of conversations) truth.set(id, question.tool)
    if (round < rounds.length) continue
    signal.throwIfAborted()
    const wanted = perRound[round] ?? 0
    await describe(round, Math.min(1, (samplesPerGold * wanted) / conversations.length))
    report(`round ${round + 1}: ${conversations.length} chats, ${wanted} gold answers to be written`)
    await runCustomers()
    await runReviewers(round)
    const settled = await watch.waitFor(seen =>
      seen.tuning.find(({ outcome, datasetVersion }) => outcome === 'settled' && datasetVersion === round + 1),
    )
    report(`round ${round + 1}: ${settled.reasons.join('; ')}`)
    const summary = await summarize(round, conversations.length)
    ledger.saveRound(summary)

    async function runCustomers(): Promise<void> {
      let next = 0
      let done = 0
      const customer = async (): Promise<void> => {
        for (let at = next++; at < conversations.length && !signal.aborted; at = next++) {
          const who = conversations[at]
          if (who && !ledger.visited(who.id))
            ledger.saveConversation(who.id, await runConversation(api, questions, agent, who))
          if (++done % Math.ceil(conversations.length / 4) === 0)
            report(`  ${done} chats, ${watch.seen.samples.length} samples selected`)
        }
      }
      await Promise.all(Array.from({ length: concurrentCustomers }, customer))
      signal.throwIfAborted()
    }
  }

  /** Reviewers stop at the target, or where the queue ends: then the dataset is asked for with what there is. */
  async function runReviewers(round: number): Promise<void> {
    await waitUntilDrained('sampler')
    const target = Math.min(goldTarget(round), watch.seen.samples.length)
    const tools = questions.tools.map(({ name }) => name)
    const agreed = (): number => watch.seen.gold.filter(({ outcome }) => outcome === 'agreed').length
    if (target < goldTarget(round)) await describe(round, 0.01, Math.max(1, target - agreed()))
    while (agreed() < target) {
      signal.throwIfAborted()
      const { closed, leased } = await api.queueCounts(agent)
      // What is leased was reviewed a moment ago: counted, or the last items would be reviewed beyond the target.
      const undecided = watch.seen.gold.length - agreed()
      const open = target + undecided - closed - leased
      const done = open > 0 ? await reviewQueue(api, agent, truth, tools, open) : 0
      if (done === 0) await sleep(20, undefined, { signal })
    }
    report(`  ${agreed()} gold answers`)
  }

  async function summarize(round: number, chatsSeen: number): Promise<RoundResult> {
    const version = round + 1
    const decided = watch.seen.releases.filter(({ datasetVersion }) => datasetVersion === version)
    const rungs: Record<string, { accuracy: number; outcome: string }> = {}
    for (const { rung, candidate, outcome } of decided)
      rungs[rung] = { accuracy: (await measureQuality(api, agent, questions.heldOut, candidate)).accuracy, outcome }
    const released: QualityMeasurement & { planner: string } = await measureQuality(api, agent, questions.heldOut)
    return {
      round: version,
      chats: chatsSeen,
      gold: goldTarget(round),
      datasetVersion: version,
      released: released.planner,
      accuracy: released,
      rungs,
    }
  }
}

const formatAccuracy = (measured: QualityMeasurement | null): string =>
  measured === null ? '?' : `${(100 * measured.accuracy).toFixed(1)}%`
