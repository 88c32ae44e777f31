import { createTurns } from '../runtime/records.ts'
import type { LoadRequest } from './load.ts'

export const agent = 'bench'

/** Requests of a given number of turns each, all different; `ids` returns the turns of a request. About 800 bytes of JSON per turn. */
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
