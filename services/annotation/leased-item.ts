import { Fault } from '#runtime/core/faults.ts'
import { getJson, type ObjectStore } from '#runtime/objects/object-store.ts'
import type { Role } from '#schemas/events.ts'
import type { LeasedItem } from './leases.ts'
import { type JudgedScore, priority } from './state.ts'

/** The item as the holder of its lease sees it. Only adjudicators see the reviews of others. */
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
    reviews: reviews.map(({ id: _id, at: _at, role: _role, ...review }) => review),
    value: priority(item),
    leasedUntil: until,
  }
}

async function judgedView({ evidence, ...score }: JudgedScore, objects: ObjectStore): Promise<object> {
  return { ...score, packet: evidence && (await loadPacket(evidence, objects)) }
}

/** null where the packet is no longer kept: the item can be reviewed without it. */
async function loadPacket(digest: string, objects: ObjectStore): Promise<object | null> {
  try {
    return await getJson<object>(objects, digest)
  } catch (error) {
    if (error instanceof Fault && error.code === 'FLY_OBJECT') return null
    throw error
  }
}
