import { deriveId, fraction } from './identity.ts'
import { memo } from './memo.ts'

/** The family of a conversation; what it leads to, paraphrases and synthetic descendants, belongs to it as well. */
export function familyOf(agent: string, conversationId: string): string {
  return named(`${agent}\u0000${conversationId}`)
}

/** `deriveId` joins what an id follows from by the same character. */
const named = memo(joined => deriveId('family/v1', joined))

/** True for families that are held out for evaluation: the same on every machine, for ever. `share` is 0 to 1. */
export function heldOut(family: string, share: number): boolean {
  return placeOf(family) < share
}

const placeOf = memo(family => fraction('split/v1', family))
