import { setTimeout as sleep } from 'node:timers/promises'
import type { Codec } from '#runtime/codec/codec.ts'
import { Fault } from '#runtime/core/faults.ts'
import { deriveId, hashFraction } from '#runtime/core/identity.ts'
import type { EventLog, NewRecord } from '#runtime/log/event-log.ts'
import type { ChatLogged } from '#schemas/events.ts'
import { planOf, turnFields } from '#test/support/data/turns.ts'
import { topic } from '#topology/topic-names.ts'

/** Conversations at the same time, and the turns of each. */
const concurrentConversations = 200
const turnsPerConversation = 10
const agentCount = 12
/** Share of turns that are followed by a record of the same key that cannot be decoded. */
const poisonShare = 0.01
/** Limits of a batch: at most `turns` turns, and at least `least` batches in all. */
const batches = { turns: 250, least: 100 } as const

/** The turn with that number. Conversations alternate, so that neighbouring turns differ in key. */
export function turnOf(seed: string, number: number): ChatLogged {
  const conversation =
    Math.floor(number / (concurrentConversations * turnsPerConversation)) * concurrentConversations +
    (number % concurrentConversations)
  return {
    id: deriveId('chaos-turn/v1', seed, number),
    parents: [],
    at: Date.UTC(2026, 0, 1) + number,
    agent: `agent-${conversation % agentCount}`,
    conversationId: `conversation-${conversation}`,
    turn: Math.floor(number / concurrentConversations) % turnsPerConversation,
    userId: null,
    question: `Where is order ${number}, which I placed ${conversation % 30} days ago and paid by card?`,
    ...turnFields,
    plan: planOf('order_status', `order ${number}`, { confidence: 0.9, margin: 0.5 }),
    answer: `Order ${number} is on its way.`,
    latencyMs: 120,
    source: 'chaos',
    redactions: [],
  }
}

const poisonMark = 'not avro: '
const isPoisoned = (seed: string, number: number): boolean =>
  hashFraction(`chaos-poison/${seed}`, String(number)) < poisonShare

/** Whether a value is one that cannot be decoded. */
export const isPoison = (value: Buffer): boolean => value.subarray(0, poisonMark.length).toString() === poisonMark

/** The records of one turn, in their order. */
export function recordsOf(seed: string, number: number, codec: Codec): readonly NewRecord[] {
  const turn = turnOf(seed, number)
  const record = codec.record(topic.chatLogs, turn)
  return isPoisoned(seed, number)
    ? [record, { topic: topic.chatLogs, key: record.key, value: Buffer.from(`${poisonMark}${number}`) }]
    : [record]
}

export type ProductionOptions = {
  readonly seed: string
  readonly turns: number
  /** Turns that were accepted before. */
  readonly from: number
  /** Called before the batch after which that many turns are appended; the batch waits for it. */
  readonly beforeBatch: (turns: number) => Promise<void>
  /** Called with the number of turns that the log has acknowledged. */
  readonly onAccepted: (turns: number) => void
}

/**
 * Appends all turns in batches. A batch without an acknowledgement is appended again and may then be in the log twice, which
 * consumers must tolerate.
 */
export async function produce(
  log: EventLog,
  codec: Codec,
  production: ProductionOptions,
  signal: AbortSignal,
): Promise<void> {
  const { seed, turns, from, beforeBatch, onAccepted } = production
  const batchTurns = Math.min(batches.turns, Math.ceil(turns / batches.least))
  for (let at = from; at < turns && !signal.aborted; at += batchTurns) {
    const end = Math.min(turns, at + batchTurns)
    await beforeBatch(end)
    const numbers = Array.from({ length: end - at }, (_, index) => at + index)
    const batch = numbers.flatMap(number => recordsOf(seed, number, codec))
    while (!(await tryAppend(log, batch))) {
      if (signal.aborted) return
      await sleep(100)
    }
    onAccepted(end)
  }
}

async function tryAppend(log: EventLog, batch: readonly NewRecord[]): Promise<boolean> {
  try {
    await log.append(batch)
    return true
  } catch (error) {
    if (error instanceof Fault && error.code === 'FLY_BROKER') return false
    throw error
  }
}
