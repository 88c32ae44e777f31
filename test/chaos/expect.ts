import { deriveId } from '#runtime/core/identity.ts'
import { deadLetterTopic, decisionsTopic } from '#topology/derive/names.ts'
import { topic } from '#topology/names.ts'
import type { Output } from './check.ts'
import { agents, type Chain, conversations, extended, type Stage, stages, told } from './rules.ts'

/** A record of the input as it lies in the log, in the order of its partition. */
export type Input = {
  /** PARTITION@OFFSET. */
  readonly place: string
  readonly key: string
} & (
  | { readonly poison: string }
  | { readonly poison?: never; readonly id: string; readonly agent: string; readonly turn: number }
)

export type Expected = {
  /** What each topic must hold, each key's in its order. */
  readonly outputs: ReadonlyMap<string, readonly Output[]>
  /** What each stage must remember: COLLECTION/KEY and the value as JSON. */
  readonly states: Readonly<Record<Stage, ReadonlyMap<string, string>>>
}

/**
 * What must be there, from the input alone. All of a conversation passes through one partition of each topic in its order,
 * so both stages see its turns in the order of the input, wherever other conversations come in between.
 */
export function expected(input: readonly Input[]): Expected {
  const selected: Output[] = []
  const scored: Output[] = []
  const decided: Record<Stage, Output[]> = { sampler: [], judge: [] }
  const refused: Output[] = []
  const chains = new Map<string, Chain>()
  const turnsOf = new Map<string, number>()
  for (const record of input) {
    const { key, place } = record
    if (record.poison !== undefined) {
      refused.push({ id: place, key, content: record.poison })
      continue
    }
    const before = chains.get(key)
    const repeated = record.turn < (before?.count ?? 0)
    const selectedId = deriveId(stages.sampler.version, record.id, 0)
    decided.sampler.push({ id: record.id, key, content: repeated ? '' : selectedId })
    if (repeated) continue
    const chain = extended(before, record.id)
    chains.set(key, chain)
    turnsOf.set(record.agent, (turnsOf.get(record.agent) ?? 0) + 1)
    const scoredId = deriveId(stages.judge.version, selectedId, 0)
    selected.push({ id: selectedId, key, content: told(chain) })
    decided.judge.push({ id: selectedId, key, content: scoredId })
    scored.push({ id: scoredId, key, content: told(chain) })
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
