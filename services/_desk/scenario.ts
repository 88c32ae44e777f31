import { setTimeout as sleep } from 'node:timers/promises'
import type { ServiceName } from '#topology/types.ts'
import type { Api } from './api.ts'
import { visit, visits } from './customers.ts'
import type { Ledger, Measure, Round } from './ledger.ts'
import { measure } from './measure.ts'
import type { Questions } from './questions.ts'
import { reviewRound } from './reviewers.ts'
import type { Watch } from './watch.ts'

/** Gold at the end of each round, as a share of all of it: doubling shows the gate a difference that it can prove. */
const goldByRound = [0.25, 0.5, 1] as const
/** Samples selected for each gold answer wanted: enough in spite of chance, while hardly any goes without its gold. */
const samplesPerGold = 1.1
/** A quarter of the gold is spent on the evidence, so that the gate can see a difference. */
const evaluationShare = 0.25
const customersAtOnce = 12
/** Share of the questions that become gold at most: the rest keeps sampling a choice. */
const mostGold = 0.8

export type Desk = {
  readonly api: Api
  readonly watch: Watch
  readonly ledger: Ledger
  readonly questions: Questions
  readonly report: (line: string) => void
  /** Resolves when a service has consumed all there is. */
  readonly drained: (service: ServiceName) => Promise<void>
}

/** Turns the wheel: measures the untuned planner, then round by round lets customers ask, reviewers answer, and waits for the gate. */
export async function turn(
  { api, watch, ledger, questions, report, drained }: Desk,
  signal: AbortSignal,
): Promise<void> {
  const { options, agent, rounds } = ledger.progress()
  const { seed, sampling } = options
  const chats = questions.canRephrase ? options.gold * 4 : questions.training.length
  const gold = Math.min(options.gold, Math.floor(chats * mostGold))
  const goldUntil = (round: number): number => Math.round(gold * (goldByRound[round] ?? 0))
  const describe = (round: number, share: number, newGold = goldUntil(round) - goldUntil(round - 1)) =>
    api.describeAgent(agent, {
      name: `Support desk (${questions.name})`,
      tools: questions.tools,
      sampling,
      budgets: { sampleShare: share, newGoldForDataset: newGold, evaluationShare },
    })
  const perRound = goldByRound.map((_share, round) => goldUntil(round) - goldUntil(round - 1))
  if (ledger.progress().base === null) {
    await describe(0, 0.1)
    ledger.measured(await measure(api, agent, questions.heldOut))
  }
  report(`base: ${percent(ledger.progress().base)} of ${questions.heldOut.length} held-out questions planned right`)

  const truth = new Map<string, string>()
  for (let round = 0; round < goldByRound.length; round++) {
    const coming = visits(questions, seed, round, perRound, Math.round((chats * (perRound[round] ?? 0)) / gold))
    for (const { id, question } of coming) truth.set(id, question.tool)
    if (round < rounds.length) continue
    signal.throwIfAborted()
    const wanted = perRound[round] ?? 0
    await describe(round, Math.min(1, (samplesPerGold * wanted) / coming.length))
    report(`round ${round + 1}: ${coming.length} chats, ${wanted} gold answers to be written`)
    await customersCome()
    await reviewersAnswer(round)
    const settled = await watch.until(seen =>
      seen.tuning.find(({ outcome, datasetVersion }) => outcome === 'settled' && datasetVersion === round + 1),
    )
    report(`round ${round + 1}: ${settled.reasons.join('; ')}`)
    const summary = await summarize(round, coming.length)
    ledger.finished(summary)

    async function customersCome(): Promise<void> {
      let next = 0
      let done = 0
      const customer = async (): Promise<void> => {
        for (let at = next++; at < coming.length && !signal.aborted; at = next++) {
          const who = coming[at]
          if (who && !ledger.visited(who.id)) ledger.add(who.id, await visit(api, questions, agent, who))
          if (++done % Math.ceil(coming.length / 4) === 0)
            report(`  ${done} chats, ${watch.seen.samples.length} samples selected`)
        }
      }
      await Promise.all(Array.from({ length: customersAtOnce }, customer))
      signal.throwIfAborted()
    }
  }

  /** Reviewers stop at the target, or where the queue ends: then the dataset is asked for with what there is. */
  async function reviewersAnswer(round: number): Promise<void> {
    await drained('sampler')
    const target = Math.min(goldUntil(round), watch.seen.samples.length)
    const tools = questions.tools.map(({ name }) => name)
    const agreed = (): number => watch.seen.gold.filter(({ outcome }) => outcome === 'agreed').length
    if (target < goldUntil(round)) await describe(round, 0.01, Math.max(1, target - agreed()))
    while (agreed() < target) {
      signal.throwIfAborted()
      const { closed, leased } = await api.queue(agent)
      // What is leased was reviewed a moment ago: counted, or the last items would be reviewed beyond the target.
      const undecided = watch.seen.gold.length - agreed()
      const open = target + undecided - closed - leased
      const done = open > 0 ? await reviewRound(api, agent, truth, tools, open) : 0
      if (done === 0) await sleep(20, undefined, { signal })
    }
    report(`  ${agreed()} gold answers`)
  }

  async function summarize(round: number, chatsSeen: number): Promise<Round> {
    const version = round + 1
    const decided = watch.seen.releases.filter(({ datasetVersion }) => datasetVersion === version)
    const rungs: Record<string, { accuracy: number; outcome: string }> = {}
    for (const { rung, candidate, outcome } of decided)
      rungs[rung] = { accuracy: (await measure(api, agent, questions.heldOut, candidate)).accuracy, outcome }
    const released: Measure & { planner: string } = await measure(api, agent, questions.heldOut)
    return {
      round: version,
      chats: chatsSeen,
      gold: goldUntil(round),
      datasetVersion: version,
      released: released.planner,
      accuracy: released,
      rungs,
    }
  }
}

const percent = (measured: Measure | null): string =>
  measured === null ? '?' : `${(100 * measured.accuracy).toFixed(1)}%`
