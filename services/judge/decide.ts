import { canonicalJson, digest } from '#runtime/core/identity.ts'
import type { Decision } from '#runtime/service.ts'
import type { StateView } from '#runtime/state/state.ts'
import type { GoldAnswered, SampleScored, SampleSelected, SampleWidened } from '#schemas/events.ts'
import { correctionArm } from '#statistics/estimation-rows.ts'
import { isotonicRegression, probabilityAt } from '#statistics/isotonic-regression.ts'
import { topic } from '#topology/topic-names.ts'
import type { Inbound, Outbound } from '#topology/types.ts'
import { goldSimilarity } from './gold-similarity.ts'
import { type Grade, grade } from './grade.ts'
import { learnFromGold } from './learn-from-gold.ts'
import type { Facts } from './model/verdict.ts'
import { goldEvidenceOf, type Packet, signalsOf, variantEvidenceOf } from './packet.ts'
import {
  answerChanges,
  answerOf,
  collectionsOf,
  gradeChanges,
  gradedOf,
  regressionOf,
  type SampleScores,
  sampleChanges,
  trustOf,
} from './state.ts'
import { minPairs } from './trust.ts'

export const version = 'judge/v2'

/**
 * Two tiers: collect an evidence packet, then grade that packet alone. A sample without gold is scored from its signals, and
 * once more by the language model where one was asked. Such scores are trusted while their instrument agrees with gold;
 * scores against gold always are.
 */
export function decide(inbound: Inbound<'judge'>, facts: Facts, state: StateView): Decision<'judge'> {
  switch (inbound.topic) {
    case topic.selectedSamples:
      return scoreProduction(inbound.event, facts, state)
    case topic.goldAnswers:
      return scoreAgainstGold(inbound.event, state)
    case topic.syntheticSamples:
      return scoreVariants(inbound.event)
    default:
      return inbound satisfies never
  }
}

function scoreProduction(sample: SampleSelected, facts: Facts, state: StateView): Decision<'judge'> {
  const { id, agent, family, question, plan, answer, inclusionProbability } = sample
  const signals = { ...signalsOf(sample), likeness: goldSimilarity(sample, gradedOf(state, agent)) }
  const packets: Packet[] = [{ ...signals, weights: regressionOf(state, agent).weights }]
  // Decisions of before there was a model recorded no facts.
  if (facts) packets.push({ kind: 'opinion', ...facts })
  const arms = [...sample.arms.map(({ arm }) => arm), ...(sample.correction ? [correctionArm] : [])]
  const about = { agent, sampleId: id, family, source: 'production', question, plannedTool: plan.tool } as const
  const graded = packets.map(packet => ({ packet, ...grade(packet) }))
  const length = (answer ?? plan.argument).length
  const scores = graded.flatMap(({ packet, judge, rubric, prompt, model, score }) => {
    if (score === null) return []
    const first = packet.kind === 'opinion' ? packet.plannedFirst : null
    // Planners of our own hold no language model; what foreign ones hold is not told.
    const sameFamily = packet.kind === 'opinion' && plan.planner !== null ? false : null
    const pair = { score, length, first, sameFamily }
    return [{ judge, rubric, prompt, model, pair }]
  })
  const judged: SampleScores = { arms, inclusionProbability, signals, scores, graded: false }
  const made = graded.map(({ packet, ...one }) => {
    const { trusted, pairs } = trustOf(state, agent, one)
    const steps = pairs.length < minPairs || one.score === null ? [] : isotonicRegression(pairs)
    const probability = probabilityAt(steps, one.score ?? 0) ?? null
    return scoredEvent({ ...about, inclusionProbability, arms, trusted, probability }, one, packet)
  })
  return {
    emit: made.map(({ emitted }) => emitted),
    objects: made.map(({ object }) => object),
    stateChanges: [...sampleChanges(state, agent, id, judged), ...answerChanges(state, agent, id, answer)],
  }
}

function scoreAgainstGold(gold: GoldAnswered, state: StateView): Decision<'judge'> {
  const { agent, sampleId, family, question, plan, inclusionProbability } = gold
  const packet = goldEvidenceOf(gold, answerOf(state, agent, sampleId))
  const graded = grade(packet)
  const judged = state.get<SampleScores>(collectionsOf(agent).judged, sampleId)
  const about = { agent, sampleId, family, source: 'gold', question, plannedTool: plan.tool } as const
  const row = { ...about, inclusionProbability, arms: judged?.arms ?? [] }
  const { emitted, object } = scoredEvent({ ...row, trusted: true, probability: null }, graded, packet)
  const calibrated = learnFromGold(agent, sampleId, judged, graded.toolCorrect, state)
  const { plannedTool, arms } = row
  const { goldTool, toolCorrect, score, argumentSimilarity, figuresEqual, answerScore } = graded
  const figures = { goldTool, toolCorrect, score, argumentSimilarity, figuresEqual, answerScore }
  return {
    emit: [emitted, ...calibrated.emit],
    objects: [object],
    stateChanges: [
      ...calibrated.stateChanges,
      ...gradeChanges(state, agent, sampleId, {
        family,
        question,
        plannedTool,
        inclusionProbability,
        arms,
        ...figures,
      }),
    ],
  }
}

function scoreVariants(widened: SampleWidened): Decision<'judge'> {
  const { agent, family } = widened
  const accepted = widened.variants.filter(({ fate }) => fate === 'accepted')
  return {
    emit: accepted.map(variant => {
      const { variantId: sampleId, question, plannedTool } = variant
      const about = { agent, sampleId, family, source: 'synthetic', question, plannedTool } as const
      const graded = grade(variantEvidenceOf(widened, variant))
      const row = { trusted: true, probability: null, evidence: null, inclusionProbability: 1, arms: [] }
      return { topic: topic.scoredSamples, event: { ...about, ...graded, ...row }, parents: [widened.goldId] }
    }),
  }
}

type ScoreSubject = Omit<SampleScored, 'id' | 'parents' | 'at' | 'evidence' | keyof Grade>

/** The score, and its packet as an object. */
function scoredEvent(
  about: ScoreSubject,
  graded: Grade,
  packet: Packet,
): { emitted: Outbound<'judge'>; object: Uint8Array } {
  const object = new TextEncoder().encode(canonicalJson(packet))
  const event = { ...about, ...graded, evidence: digest(object) }
  const parents = about.source === 'gold' ? [about.sampleId] : []
  return { emitted: { topic: topic.scoredSamples, event, parents }, object }
}
