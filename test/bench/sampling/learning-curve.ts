import { loraTrialSettings, tuneLora } from '#planners/linear/lora/tune-lora.ts'
import { indexExamples } from '#planners/linear/model/example-index.ts'
import { createLinearPlanner, type LinearPlanner } from '#planners/linear/model/linear-planner.ts'
import { untunedManifest } from '#planners/linear/model/manifest.ts'
import { at } from '#runtime/core/checked.ts'
import { State } from '#runtime/state/state.ts'
import type { ChatLogged, Sampling } from '#schemas/events.ts'
import { defaultBudgets } from '#services/ingest/agent-described.ts'
import type { Facts } from '#services/sampler/controller.ts'
import { decide } from '#services/sampler/decide.ts'
import { mulberry32, shuffle } from '#statistics/random.ts'
import { planOf, turnFields } from '#test/support/data/turns.ts'
import { featurize } from '#text/features.ts'
import { topic } from '#topology/topic-names.ts'
import type { IntentDataset, IntentRow } from './data.ts'

/** Quality of the planner after a number of gold rows. */
export type CurvePoint = {
  readonly gold: number
  /** Accuracy on the test rows. */
  readonly accuracy: number
  /** Macro-F1 over the test rows of the intents that are rarest in the traffic. */
  readonly rareF1: number
}

/** Numbers of gold rows at which the planner is measured. */
const goldCounts = [385, 770, 1_000, 1_150, 1_300, 1_450, 1_600, 1_800, 2_000, 2_300, 2_600, 3_000, 3_400, 4_000, 5_000]
/** Share of the turns that is reviewed: production has far more turns than reviews. */
export const sampleShare = 0.02
/** Picks between two trainings of the planner whose margins the sampler gets. */
const retrainEvery = 150
const rareIntents = 10
/** Turns per transaction. */
const batch = 100

/**
 * Questions come in shuffled epochs, one turn per conversation, through the sampler's own rule in one partition. A picked question
 * gets its gold answer and does not come again. Ends when `isEnough` accepts the results at the `marks` (ascending numbers of gold
 * rows), at the last mark, or when nine tenths of the rows are gold.
 */
export function learningCurve(
  questions: IntentDataset,
  sampling: Sampling,
  seed: number,
  isEnough: (found: readonly CurvePoint[]) => boolean,
): readonly CurvePoint[] {
  const { tools } = questions
  const random = mulberry32(seed)
  const facts: Facts = { sampleShare, sampling, evaluationShare: 0, arms: defaultBudgets.arms }
  const base = createLinearPlanner(untunedManifest('bench', tools))
  const state = new State()
  const gold: IntentRow[] = []
  const found: CurvePoint[] = []
  let name: string | null = null
  let planner = base
  let turns = 0
  const most = 0.9 * questions.training.length
  const isDone = (): boolean => isEnough(found) || found.length === goldCounts.length || gold.length >= most
  for (let epoch = 0; !isDone(); epoch++) {
    const open = questions.training.filter(row => !gold.includes(row))
    for (const row of shuffle(open, random)) {
      const event = chatOf(row, epoch, planner, name)
      const { emit = [], stateChanges = [] } = decide({ topic: topic.chatLogs, event }, facts, state)
      state.apply(stateChanges)
      if (++turns % batch === 0) state.markCommitted()
      if (!emit.some(out => out.topic === topic.selectedSamples)) continue
      gold.push(row)
      const isMark = goldCounts.includes(gold.length)
      const retrains = sampling === 'active' && gold.length % retrainEvery === 0
      if (!isMark && !retrains) continue
      const tuned = trainPlanner(gold, tools, seed)
      if (isMark) found.push({ gold: gold.length, ...gradePlanner(tuned, questions) })
      // Random sampling does not use plans, and the untuned planner is the fastest.
      if (sampling === 'active') [planner, name] = [tuned, `trained on ${gold.length}`]
      if (isDone()) break
    }
  }
  return found
}

/** The planner trained on all training rows. */
export function fullAccuracy(questions: IntentDataset, seed: number): number {
  return gradePlanner(trainPlanner(questions.training, questions.tools, seed), questions).accuracy
}

/** Trained like the trainer's, with one attempt only: the one that wins when there are many rows. */
function trainPlanner(rows: readonly IntentRow[], tools: IntentDataset['tools'], seed: number): LinearPlanner {
  const examples = rows.map(({ id, question, tool }) => {
    const { name } = at(tools, tool)
    return { id, family: id, question, earlier: [], tool: name }
  })
  const tuned = tuneLora(tools, examples, loraTrialSettings(rows.length, seed).slice(-1))
  if (tuned.outcome === 'tooFewRows') throw new Error(tuned.reason)
  const { adapter, scale, retrieval } = tuned
  const use = { ...retrieval, digest: '', count: rows.length }
  const manifest = { ...untunedManifest('bench', tools), scale, adapter: '', examples: use }
  const planner = createLinearPlanner(manifest, adapter)
  if (retrieval.weight === 0) return planner
  const index = indexExamples(examples)
  return { plan: question => planner.plan(question, [], index.nearest(featurize(question), retrieval.neighbours)) }
}

function chatOf({ id, question }: IntentRow, epoch: number, planner: LinearPlanner, name: string | null): ChatLogged {
  const { tool, argument, confidence, margin } = planner.plan(question)
  const turn = `${id}/${epoch}`
  return {
    ...{ id: turn, parents: [], at: 0, agent: 'bench', conversationId: turn, turn: 0, userId: null, question },
    ...{ ...turnFields, plan: planOf(tool, argument, { confidence, margin, planner: name }), answer: null },
    ...{ latencyMs: null, source: 'bench', redactions: [] },
  }
}

function gradePlanner(planner: LinearPlanner, { tools, training, test }: IntentDataset): Omit<CurvePoint, 'gold'> {
  const counts = tools.map(() => ({ right: 0, planned: 0, gold: 0, traffic: 0 }))
  const count = (tool: number, of: 'right' | 'planned' | 'gold' | 'traffic'): void => {
    const counted = counts[tool]
    if (counted) counted[of]++
  }
  for (const row of training) count(row.tool, 'traffic')
  const positions = new Map(tools.map(({ name }, at) => [name, at]))
  for (const { question, tool } of test) {
    const plan = positions.get(planner.plan(question).tool) ?? -1
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
