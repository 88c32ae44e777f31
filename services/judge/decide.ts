import { canonicalJson, digest } from '#runtime/core/identity.ts'
import type { Decision } from '#runtime/service.ts'
import type { StateView } from '#runtime/state/state.ts'
import type { GoldAnswered, SampleScored, SampleSelected, SampleWidened } from '#schemas/events.ts'
import { toolOf } from '#schemas/turns.ts'
import { correctionArm } from '#statistics/estimation-rows.ts'
import { isotonicRegression, probabilityAt } from '#statistics/isotonic-regression.ts'
import { topic } from '#topology/topic-names.ts'
import type { Inbound, Outbound } from '#topology/types.ts'
import { goldSimilarity } from './gold-similarity.ts'
import { type Grade, grade } from './grade.ts'
import { learnFromGold } from './learn-from-gold.ts'
import { argumentsOf, goldEvidenceOf, type ModelOpinion, type Packet, signalsOf, variantEvidenceOf } from './packet.ts'
import {
  answerChanges,
  answerOf,
  gradeChanges,
  gradesOf,
  regressionOf,
  type SampleScores,
  sampleChanges,
  sampleOf,
  trustOf,
} from './state.ts'
import { minPairs } from './trust.ts'

export const version = 'judge/v2'

/** The argument schemas of the tools that plan or gold call. */
export type GoldFacts = { readonly schemas: Readonly<Record<string, string | null>> }

/** Of a production sample the opinion of a language model, null where none is configured; null for variants. */
export type Facts = ModelOpinion | GoldFacts | null

/**
 * Two tiers: collect a packet of evidence, then grade that packet alone. A sample without gold is scored from its signals, and
 * a second time by the language model where one was asked. Such scores are trusted while their judge version agrees with gold.
 * Scores against gold are always trusted.
 */
export function decide(inbound: Inbound<'judge'>, facts: Facts, state: StateView): Decision<'judge'> {
  switch (inbound.topic) {
    case topic.selectedSamples:
      return scoreProduction(inbound.event, facts, state)
    case topic.goldAnswers:
      return scoreAgainstGold(inbound.event, facts, state)
    case topic.syntheticSamples:
      return scoreVariants(inbound.event)
    default:
      return inbound satisfies never
  }
}

type Graded = { readonly packet: Packet; readonly grade: Grade }

function scoreProduction(sample: SampleSelected, facts: Facts, state: StateView): Decision<'judge'> {
  const { id, agent, answer, inclusionProbability } = sample
  const signals = { ...signalsOf(sample), likeness: goldSimilarity(sample, gradesOf(state, agent)) }
  const packets: Packet[] = [{ ...signals, weights: regressionOf(state, agent).weights }]
  // Decisions that were recorded before there was a language model have no facts.
  if (facts && 'opinion' in facts) packets.push({ kind: 'opinion', ...facts })
  const graded = packets.map(packet => ({ packet, grade: grade(packet) }))
  // Estimates must leave corrections out, so that scores name them too.
  const arms = [...sample.arms.map(({ arm }) => arm), ...(sample.correction ? [correctionArm] : [])]
  const scored = graded.map(one => productionScore(sample, arms, one, state))
  const scores = graded.flatMap(one => calibrationScores(sample, one))
  const kept: SampleScores = { arms, inclusionProbability, signals, scores, graded: false }
  return {
    emit: scored.map(({ emitted }) => emitted),
    objects: scored.map(({ object }) => object),
    stateChanges: [...sampleChanges(state, agent, id, kept), ...answerChanges(state, agent, id, answer)],
  }
}

function productionScore(sample: SampleSelected, arms: readonly string[], graded: Graded, state: StateView): Scored {
  const { id: sampleId, agent, step, family, question, plan, inclusionProbability } = sample
  const { trusted, pairs } = trustOf(state, agent, graded.grade)
  const { score } = graded.grade
  const isCalibrated = score !== null && pairs.length >= minPairs
  const probability = isCalibrated ? (probabilityAt(isotonicRegression(pairs), score) ?? null) : null
  const plannedTool = toolOf(plan.calls)
  const about = { agent, sampleId, step, family, source: 'production', question, plannedTool } as const
  return scoredEvent({ ...about, inclusionProbability, arms, trusted, probability }, graded)
}

/** What gold is compared with later: the score, and what may have biased it. None where there is no score. */
function calibrationScores({ plan, answer }: SampleSelected, { packet, grade }: Graded): SampleScores['scores'] {
  const { judge, rubric, prompt, model, score } = grade
  if (score === null) return []
  const isOpinion = packet.kind === 'opinion'
  const pair = {
    score,
    length: (answer ?? argumentsOf(plan.calls)).length,
    first: isOpinion ? packet.plannedFirst : null,
    // Our own planners contain no language model. The model in a foreign planner is not known.
    sameFamily: isOpinion && plan.planner !== null ? false : null,
  }
  return [{ judge, rubric, prompt, model, pair }]
}

function scoreAgainstGold(gold: GoldAnswered, facts: Facts, state: StateView): Decision<'judge'> {
  const { agent, sampleId, step, family, question, plan, inclusionProbability } = gold
  // Decisions that were recorded before arguments were compared by schema have no facts.
  const schemas = new Map(facts && 'schemas' in facts ? Object.entries(facts.schemas) : [])
  const packet = goldEvidenceOf(gold, answerOf(state, agent, sampleId), schemas)
  const graded = { packet, grade: grade(packet) }
  const sample = sampleOf(state, agent, sampleId)
  const row = { family, question, plannedTool: toolOf(plan.calls), inclusionProbability, arms: sample?.arms ?? [] }
  const { emitted, object } = scoredEvent(
    { agent, sampleId, step, source: 'gold', ...row, trusted: true, probability: null },
    graded,
  )
  const { goldTool, toolCorrect, score, argumentSimilarity, figuresEqual, answerScore } = graded.grade
  const { exactPlan, callF1, arguments: argumentScores } = graded.grade
  const learned = learnFromGold(agent, sampleId, sample, toolCorrect, state)
  return {
    emit: [emitted, ...learned.emit],
    objects: [object],
    stateChanges: [
      ...learned.stateChanges,
      ...gradeChanges(state, agent, sampleId, {
        ...row,
        ...{ goldTool, toolCorrect, score, argumentSimilarity, figuresEqual, answerScore },
        ...{ exactPlan, callF1, arguments: argumentScores },
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
      const about = { agent, sampleId, step: 0, family, source: 'synthetic', question, plannedTool } as const
      const graded = grade(variantEvidenceOf(widened, variant))
      const row = { trusted: true, probability: null, evidence: null, inclusionProbability: 1, arms: [] }
      return { topic: topic.scoredSamples, event: { ...about, ...graded, ...row }, parents: [widened.goldId] }
    }),
  }
}

type ScoreSubject = Omit<SampleScored, 'id' | 'parents' | 'at' | 'evidence' | keyof Grade>
type Scored = { readonly emitted: Outbound<'judge'>; readonly object: Uint8Array }

/** The score, and its packet as an object. */
function scoredEvent(about: ScoreSubject, { packet, grade }: Graded): Scored {
  const object = new TextEncoder().encode(canonicalJson(packet))
  const event = { ...about, ...grade, evidence: digest(object) }
  const parents = about.source === 'gold' ? [about.sampleId] : []
  return { emitted: { topic: topic.scoredSamples, event, parents }, object }
}
