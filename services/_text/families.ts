import { deriveId, hashFraction } from '#runtime/core/identity.ts'
import { contentWordHashes } from './features.ts'

/**
 * The family of a conversation that joins no other. The sampler gives near-duplicates of a known question its family instead;
 * gold answers and variants inherit the family of their sample.
 */
export function familyOf(agent: string, conversationId: string): string {
  return deriveId('family/v1', agent, conversationId)
}

/** True for families that are held out for evaluation. It depends on nothing but the family and the share, 0 to 1. */
export function isHeldOut(family: string, share: number): boolean {
  return hashFraction('split/v1', family) < share
}

/**
 * Whether a question may join the family of a near-duplicate. Questions of function words alone ("hello", "yes please") may not:
 * they would unite conversations that have nothing in common.
 */
export function canJoinFamily(question: string): boolean {
  return contentWordHashes(question).size > 0
}
