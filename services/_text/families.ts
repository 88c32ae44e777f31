import { deriveId, hashFraction } from '#runtime/core/identity.ts'

/** The family of a conversation; what it leads to, paraphrases and synthetic descendants, belongs to it as well. */
export function familyOf(agent: string, conversationId: string): string {
  return deriveId('family/v1', agent, conversationId)
}

/** True for families that are held out for evaluation: the same on every machine, for ever. `share` is 0 to 1. */
export function isHeldOut(family: string, share: number): boolean {
  return hashFraction('split/v1', family) < share
}
