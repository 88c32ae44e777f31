import { setTimeout as sleep } from 'node:timers/promises'
import { at } from '#runtime/core/checked.ts'
import type { ServiceName } from '#topology/types.ts'
import type { Api } from './api.ts'
import { conversationsOf, runConversation } from './customers.ts'
import { measureQuality } from './measure.ts'
import type { ProgressStore, QualityMeasurement, RoundResult } from './progress-store.ts'
import type { QuestionSet } from './questions.ts'
import { reviewQueue } from './reviewers.ts'
import type { AgentWatcher } from './watch.ts'

/** Gold at the end of each round, as a share of the total. It doubles, so that the gate sees differences that it can prove. */
const goldShareByRound = [0.25, 0.5, 1] as const
/** Samples selected per wanted gold answer: enough in spite of random variation, and few that stay without gold. */
const samplesPerGold = 1.1
/** Share of the gold that is frozen for evaluation: enough for the gate to see a difference. */
const evaluationShare = 0.25
const concurrentCustomers = 12
/** At most this share of the questions becomes gold, so that there is something to choose from. */
const maxGoldShare = 0.8

export type ScenarioContext = {
  readonly api: Api
  readonly watch: AgentWatcher
  readonly store: ProgressStore
  readonly questions: QuestionSet
  readonly report: (line: string) => void
  /** Resolves when a service has consumed all its records. */
  readonly waitUntilDrained: (service: ServiceName) => Promise<void>
}

/** Measures the untuned planner. Then in each round customers ask, reviewers write gold answers, and all tuning is awaited. */
export async function runScenario(
  { api, watch, store, questions, report, waitUntilDrained }: ScenarioContext,
  signal: AbortSignal,
): Promise<void> {
  const { options, agent, rounds } = store.progress()
  const { seed, sampling } = options
  const chats = questions.canRephrase ? options.gold * 4 : questions.training.length
  const gold = Math.min(options.gold, Math.floor(chats * maxGoldShare))
  /** Gold answers before the first round: none. */
  const goldTarget = (round: number): number => (round < 0 ? 0 : Math.round(gold * at(goldShareByRound, round)))
  const describe = (round: number, share: number, newGold = goldTarget(round) - goldTarget(round - 1)) =>
    api.describeAgent(agent, {
      name: `Support desk (${questions.name})`,
      tools: questions.tools,
      sampling,
      budgets: { sampleShare: share, newGoldForDataset: newGold, evaluationShare },
    })
  const perRound = goldShareByRound.map((_share, round) => goldTarget(round) - goldTarget(round - 1))
  if (store.progress().base === null) {
    await describe(0, 0.1)
    store.saveBase(await measureQuality(api, agent, questions.heldOut))
  }
  report(
    `base: ${formatAccuracy(store.progress().base)} of ${questions.heldOut.length} held-out questions planned right`,
  )

  const truth = new Map<string, string>()
  for (let round = 0; round < goldShareByRound.length; round++) {
    const wanted = at(perRound, round)
    const conversations = conversationsOf(questions, seed, round, perRound, Math.round((chats * wanted) / gold))
    for (const { id, question } of conversations) truth.set(id, question.tool)
    if (round < rounds.length) continue
    signal.throwIfAborted()
    await describe(round, Math.min(1, (samplesPerGold * wanted) / conversations.length))
    report(`round ${round + 1}: ${conversations.length} chats, ${wanted} gold answers to be written`)
    await runCustomers()
    await runReviewers(round)
    const settled = await watch.waitFor(({ tuning }) =>
      tuning.find(({ outcome, datasetVersion }) => outcome === 'settled' && datasetVersion === round + 1),
    )
    report(`round ${round + 1}: ${settled.reasons.join('; ')}`)
    const summary = await summarize(round, conversations.length)
    store.saveRound(summary)

    async function runCustomers(): Promise<void> {
      let next = 0
      let done = 0
      const customer = async (): Promise<void> => {
        for (let index = next++; index < conversations.length && !signal.aborted; index = next++) {
          const conversation = at(conversations, index)
          if (!store.isFinished(conversation.id))
            store.saveConversation(conversation.id, await runConversation(api, questions, agent, conversation))
          if (++done % Math.ceil(conversations.length / 4) === 0)
            report(`  ${done} chats, ${watch.seen.samples.length} samples selected`)
        }
      }
      await Promise.all(Array.from({ length: concurrentCustomers }, customer))
      signal.throwIfAborted()
    }
  }

  /** Reviews until the target, or until all samples are reviewed: then the dataset is asked for with fewer gold answers. */
  async function runReviewers(round: number): Promise<void> {
    await waitUntilDrained('sampler')
    const target = Math.min(goldTarget(round), watch.seen.samples.length)
    const tools = questions.tools.map(({ name }) => name)
    const agreed = (): number => watch.seen.gold.filter(({ outcome }) => outcome === 'agreed').length
    if (target < goldTarget(round)) await describe(round, 0.01, Math.max(1, target - agreed()))
    while (agreed() < target) {
      signal.throwIfAborted()
      const { closed, leased } = await api.queueCounts(agent)
      // Leased items were reviewed a moment ago and are about to be decided: without them the target would be exceeded.
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
