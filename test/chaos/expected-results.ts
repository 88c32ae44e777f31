import { deriveId } from '#runtime/core/identity.ts'
import { deadLetterTopic, decisionsTopic } from '#topology/derive/names.ts'
import { topic } from '#topology/topic-names.ts'
import type { ChaosOutput } from './compare-outputs.ts'
import { agents, chainText, conversations, extendChain, type Stage, stages, type TurnChain } from './stages.ts'

/** A record of the input as it is in the log. */
export type InputRecord = {
  /** PARTITION@OFFSET. */
  readonly location: string
  readonly key: string
} & (
  | { readonly poison: string }
  | { readonly poison?: never; readonly id: string; readonly agent: string; readonly turn: number }
)

export type ExpectedResults = {
  /** The expected records of each topic, those of each key in their order. */
  readonly outputs: ReadonlyMap<string, readonly ChaosOutput[]>
  /** The expected state of each stage: COLLECTION/KEY and the value as JSON. */
  readonly states: Readonly<Record<Stage, ReadonlyMap<string, string>>>
}

/**
 * The expected results, from the input alone. A conversation passes through one partition of each topic, so both stages see its
 * turns in the order of the input, whatever other conversations come between them.
 */
export function expectedResults(input: readonly InputRecord[]): ExpectedResults {
  const selected: ChaosOutput[] = []
  const scored: ChaosOutput[] = []
  const decided: Record<Stage, ChaosOutput[]> = { sampler: [], judge: [] }
  const refused: ChaosOutput[] = []
  const chains = new Map<string, TurnChain>()
  const turnsOf = new Map<string, number>()
  for (const record of input) {
    const { key, location } = record
    if (record.poison !== undefined) {
      refused.push({ id: location, key, content: record.poison })
      continue
    }
    const before = chains.get(key)
    const repeated = record.turn < (before?.count ?? 0)
    const selectedId = deriveId(stages.sampler.version, record.id, 0)
    decided.sampler.push({ id: record.id, key, content: repeated ? '' : selectedId })
    if (repeated) continue
    const chain = extendChain(before, record.id)
    chains.set(key, chain)
    turnsOf.set(record.agent, (turnsOf.get(record.agent) ?? 0) + 1)
    const scoredId = deriveId(stages.judge.version, selectedId, 0)
    selected.push({ id: selectedId, key, content: chainText(chain) })
    decided.judge.push({ id: selectedId, key, content: scoredId })
    scored.push({ id: scoredId, key, content: chainText(chain) })
  }
  const sampler = [...chains].map(([key, chain]) => [`${conversations}/${key}`, JSON.stringify(chain)] as const)
  const counts = [...turnsOf].map(([agent, turns]) => [`${agents}/${agent}`, String(turns)] as const)
  return {
    outputs: new Map([
      [topic.selectedSamples, selected],
      [topic.scoredSamples, scored],
      [decisionsTopic('sampler'), decided.sampler],
      [decisionsTopic('judge'), decided.judge],
      [deadLetterTopic(topic.chatLogs, 'sampler'), refused],
      [deadLetterTopic(topic.selectedSamples, 'judge'), []],
    ]),
    states: { sampler: new Map(sampler), judge: new Map([...sampler, ...counts]) },
  }
}
