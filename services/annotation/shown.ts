import { Fault } from '#runtime/core/faults.ts'
import { getJson, type ObjectStore } from '#runtime/objects/object-store.ts'
import type { Role } from '#schemas/events.ts'
import { worthOf } from './decide.ts'
import type { Leased } from './leases.ts'
import type { Judged } from './state.ts'

/** What the holder of a lease sees of its item. Only an adjudicator sees what others said. */
export async function shown({ sampleId, item, until }: Leased, role: Role, objects: ObjectStore): Promise<object> {
  const { conversationId, question, earlier, plan, answer, arms, outcome, judged } = item
  const reviews = role === 'adjudicator' ? item.reviews : []
  return {
    ...{ sampleId, conversationId, question, earlier, plan, answer, arms, outcome },
    judged: judged && (await judgedShown(judged, objects)),
    reviews: reviews.map(({ id: _id, role: _role, ...said }) => said),
    value: worthOf(item),
    leasedUntil: until,
  }
}

async function judgedShown({ evidence, ...said }: Judged, objects: ObjectStore): Promise<object> {
  return { ...said, packet: evidence && (await packetOf(evidence, objects)) }
}

/** A packet that is no longer kept holds up no review. */
async function packetOf(digest: string, objects: ObjectStore): Promise<object | null> {
  try {
    return await getJson<object>(objects, digest)
  } catch (error) {
    if (error instanceof Fault && error.code === 'FLY_OBJECT') return null
    throw error
  }
}
