import { createTurns } from '../runtime/records.ts'
import type { LoadRequest } from './load.ts'

export const agent = 'bench'

/** Requests of so many turns each, none twice; `ids` tells which turns one holds. About 800 bytes of JSON a turn. */
export function createRequests(seed: number, turns: number, shape: 'one' | 'array' | 'ndjson') {
  const turnOf = createTurns(seed)
  let sent = 0
  const body = (): object => {
    const { id, conversationId, turn, userId, question, earlier, plan, answer, latencyMs, source } = turnOf(sent++, 0)
    return { id, agent, conversationId, turn, userId, question, earlier, plan, answer, latencyMs, source }
  }
  return (): LoadRequest => {
    const bodies = Array.from({ length: turns }, body)
    if (shape === 'ndjson') return { body: bodies.map(one => `${JSON.stringify(one)}\n`).join(''), turns }
    return { body: JSON.stringify(shape === 'one' ? bodies[0] : bodies), turns }
  }
}
