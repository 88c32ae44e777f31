import { merge } from '#planner/adapter.ts'
import { fitLora } from '#planner/lora.ts'
import { mulberry32, shuffle } from '#planner/random.ts'
import { loraTries } from '#planner/tune-lora.ts'
import { describe, score, softmax, type Weights } from '#planner/weights.ts'
import { State } from '#runtime/state.ts'
import type { ChatLogged, Sampling } from '#schemas/events.ts'
import { decide, type Facts } from '#services/sampler/decide.ts'
import { topic } from '#topology/names.ts'
import type { Questions, Row } from './data.ts'

/** How good the planner is after so many gold rows. */
export type Mark = {
  readonly gold: number
  /** Of the test rows. */
  readonly accuracy: number
  /** Macro-F1 over the test rows of the intents that are rarest in the traffic. */
  readonly rareF1: number
}

/** Share of the turns that is reviewed: a production stream has far more turns than reviews. */
export const sampleShare = 0.02
const arms = { impact: 0.15, underrepresented: 0.1, random: 0.1 }
/** Picks between two trainings of the planner whose margins the sampler sees. */
const retrainEvery = 150
const rareIntents = 10
/** Turns of a transaction. */
const batch = 100
/** The planner's own softmax scale. */
const scale = 20

/**
 * Questions come in shuffled epochs, one turn a conversation, through the sampler's own rule in one partition; what it
 * picks gets its gold answer and does not come again. Trained on at each of `marks` gold rows, ascending.
 */
export function learn(
  questions: Questions,
  sampling: Sampling,
  seed: number,
  marks: readonly number[],
): readonly Mark[] {
  const { tools } = questions
  const random = mulberry32(seed)
  const facts: Facts = { sampleShare, sampling, evaluationShare: 0, arms }
  const base = describe(tools)
  const state = new State()
  const gold: Row[] = []
  const found: Mark[] = []
  let planner: string | null = null
  let weights = base
  let turns = 0
  for (let epoch = 0; found.length < marks.length; epoch++) {
    const open = questions.training.filter(row => !gold.includes(row))
    for (const row of shuffle(open, random)) {
      const event = asked(row, epoch, planned(weights, tools, row), planner)
      const { emit = [], keep = [] } = decide({ topic: topic.chatLogs, event }, facts, state)
      state.apply(keep)
      if (++turns % batch === 0) state.settle()
      if (!emit.some(out => out.topic === topic.selectedSamples)) continue
      gold.push(row)
      const isMark = marks.includes(gold.length)
      if (!isMark && (sampling === 'random' || gold.length % retrainEvery > 0)) continue
      weights = trained(gold, base, tools, seed)
      planner = `trained on ${gold.length}`
      if (isMark) found.push({ gold: gold.length, ...graded(weights, questions) })
      if (found.length === marks.length) break
    }
  }
  return found
}

/** The planner of all training rows. */
export function fullAccuracy(questions: Questions, seed: number): number {
  const weights = trained(questions.training, describe(questions.tools), questions.tools, seed)
  return graded(weights, questions).accuracy
}

function trained(rows: readonly Row[], base: Weights, tools: Questions['tools'], seed: number): Weights {
  const settings = loraTries(rows.length, seed).at(-1)
  const names = tools.map(({ name }) => name)
  return settings ? merge(base, fitLora(rows, base, names, settings).adapter) : base
}

function planned(weights: Weights, tools: Questions['tools'], { vector, question }: Row): ChatLogged['plan'] {
  const probabilities = softmax(score(weights, vector, new Float64Array(tools.length)), scale)
  let [best, second] = [-1, -1]
  for (const [at, value] of probabilities.entries()) {
    if (best < 0 || value > (probabilities[best] ?? 0)) [best, second] = [at, best]
    else if (second < 0 || value > (probabilities[second] ?? 0)) second = at
  }
  const confidence = probabilities[best] ?? 0
  const margin = confidence - (probabilities[second] ?? 0)
  return { tool: tools[best]?.name ?? '', argument: question, confidence, margin, planner: null }
}

function asked({ id, question }: Row, epoch: number, plan: ChatLogged['plan'], planner: string | null): ChatLogged {
  const turn = `${id}/${epoch}`
  return {
    ...{ id: turn, parents: [], at: 0, agent: 'bench', conversationId: turn, turn: 0, userId: null, question },
    ...{ earlier: [], plan: { ...plan, planner }, answer: null, latencyMs: null, source: 'bench', redactions: [] },
  }
}

function graded(weights: Weights, { tools, training, test }: Questions): Omit<Mark, 'gold'> {
  const counts = tools.map(() => ({ right: 0, planned: 0, gold: 0, traffic: 0 }))
  const count = (tool: number, of: 'right' | 'planned' | 'gold' | 'traffic'): void => {
    const counted = counts[tool]
    if (counted) counted[of]++
  }
  for (const row of training) count(row.tool, 'traffic')
  const scores = new Float64Array(tools.length)
  for (const { vector, tool } of test) {
    const plan = score(weights, vector, scores).reduce(
      (best, value, at, all) => (value > (all[best] ?? 0) ? at : best),
      0,
    )
    count(tool, 'gold')
    count(plan, 'planned')
    if (plan === tool) count(tool, 'right')
  }
  const rare = counts.toSorted((a, b) => a.traffic - b.traffic).slice(0, rareIntents)
  const f1 = rare.map(({ right, planned: plans, gold }) => (2 * right) / Math.max(1, plans + gold))
  return {
    accuracy: counts.reduce((sum, { right }) => sum + right, 0) / test.length,
    rareF1: f1.reduce((sum, value) => sum + value, 0) / rareIntents,
  }
}
