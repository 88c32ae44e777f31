import { Fault } from '#runtime/core/faults.ts'
import { getJson, type ObjectStore } from '#runtime/objects/object-store.ts'
import type { Role } from '#schemas/events.ts'
import { priority } from './decide.ts'
import type { LeasedItem } from './leases.ts'
import type { JudgedScore } from './state.ts'

/** What the holder of a lease sees of its item. Only an adjudicator sees what others said. */
export async function leasedItemView(
  { sampleId, item, until }: LeasedItem,
  role: Role,
  objects: ObjectStore,
): Promise<object> {
  const { conversationId, question, earlier, plan, answer, arms, outcome, judged } = item
  const reviews = role === 'adjudicator' ? item.reviews : []
  return {
    ...{ sampleId, conversationId, question, earlier, plan, answer, arms, outcome },
    judged: judged && (await judgedView(judged, objects)),
    reviews: reviews.map(({ id: _id, role: _role, ...said }) => said),
    value: priority(item),
    leasedUntil: until,
  }
}

async function judgedView({ evidence, ...said }: JudgedScore, objects: ObjectStore): Promise<object> {
  return { ...said, packet: evidence && (await loadPacket(evidence, objects)) }
}

/** A packet that is no longer kept holds up no review. */
async function loadPacket(digest: string, objects: ObjectStore): Promise<object | null> {
  try {
    return await getJson<object>(objects, digest)
  } catch (error) {
    if (error instanceof Fault && error.code === 'FLY_OBJECT') return null
    throw error
  }
}
