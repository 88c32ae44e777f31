import { canonical, digest } from '#runtime/identity.ts'
import type { Decision } from '#runtime/service.ts'
import type { Change, StateView } from '#runtime/state.ts'
import type { GoldAnswered, SampleScored, SampleSelected, SampleWidened } from '#schemas/events.ts'
import { topic } from '#topology/names.ts'
import type { Inbound, Outbound } from '#topology/types.ts'
import { isCalibrated, withPair } from './calibration.ts'
import { type Grade, grade } from './grade.ts'
import { goldEvidenceOf, type Packet, signalsOf, variantEvidenceOf } from './packet.ts'
import { type Judged, judgedOf, keepJudged, keepPairs, pairsOf } from './state.ts'

export const version = 'judge/v1'

/**
 * Two tiers: collect an evidence packet, then grade that packet alone. Scores from signals are trusted while they agree
 * with gold; scores against gold always are.
 */
export function decide(inbound: Inbound<'judge'>, _facts: undefined, state: StateView): Decision<'judge'> {
  switch (inbound.topic) {
    case topic.selectedSamples:
      return production(inbound.event, state)
    case topic.goldAnswers:
      return againstGold(inbound.event, state)
    case topic.syntheticSamples:
      return variants(inbound.event)
    default:
      return inbound satisfies never
  }
}

function production(sample: SampleSelected, state: StateView): Decision<'judge'> {
  const { id, agent, family, question, plan, inclusionProbability } = sample
  const packet = signalsOf(sample)
  const graded = grade(packet)
  // A correction had lost its chance at arrival: who estimates from scores must be able to leave it out.
  const arms = [...sample.arms.map(({ arm }) => arm), ...(sample.correction ? ['correction'] : [])]
  const trusted = isCalibrated(pairsOf(state, agent))
  const about = { agent, sampleId: id, family, source: 'production', question, plannedTool: plan.tool } as const
  return {
    ...scored({ ...about, inclusionProbability, arms, trusted }, graded, packet),
    keep: keepJudged(state, agent, id, { score: graded.score, arms }),
  }
}

function againstGold(gold: GoldAnswered, state: StateView): Decision<'judge'> {
  const { agent, sampleId, family, question, plan, inclusionProbability } = gold
  const packet = goldEvidenceOf(gold)
  const graded = grade(packet)
  const judged = state.get<Judged>(judgedOf(agent), sampleId)
  const about = { agent, sampleId, family, source: 'gold', question, plannedTool: plan.tool } as const
  return {
    ...scored({ ...about, inclusionProbability, arms: judged?.arms ?? [], trusted: true }, graded, packet),
    keep: calibrate(agent, sampleId, judged, graded, state),
  }
}

/** One sample calibrates once, however often its gold is revised. */
function calibrate(
  agent: string,
  sampleId: string,
  judged: Judged | undefined,
  { toolCorrect }: Grade,
  state: StateView,
): readonly Change[] {
  if (!judged || judged.score === null || toolCorrect === null) return []
  return [
    keepPairs(agent, withPair(pairsOf(state, agent), [judged.score, toolCorrect])),
    ...keepJudged(state, agent, sampleId, { ...judged, score: null }),
  ]
}

function variants(widened: SampleWidened): Decision<'judge'> {
  const { agent, family } = widened
  const accepted = widened.variants.filter(({ fate }) => fate === 'accepted')
  return {
    emit: accepted.map(variant => {
      const { variantId: sampleId, question, plannedTool } = variant
      const about = { agent, sampleId, family, source: 'synthetic', question, plannedTool } as const
      const graded = grade(variantEvidenceOf(widened, variant))
      const event = { ...about, ...graded, trusted: true, evidence: null, inclusionProbability: 1, arms: [] }
      return { topic: topic.scoredSamples, event, parents: [widened.goldId] }
    }),
  }
}

type About = Omit<SampleScored, 'id' | 'parents' | 'at' | 'evidence' | keyof Grade>

/** The score, and its packet as an object. */
function scored(about: About, graded: Grade, packet: Packet): { emit: [Outbound<'judge'>]; objects: [Uint8Array] } {
  const evidence = new TextEncoder().encode(canonical(packet))
  const event = { ...about, ...graded, evidence: digest(evidence) }
  return {
    emit: [{ topic: topic.scoredSamples, event, parents: about.source === 'gold' ? [about.sampleId] : [] }],
    objects: [evidence],
  }
}
