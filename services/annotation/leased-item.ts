import { Fault } from '#runtime/core/faults.ts'
import { getJson, type ObjectStore } from '#runtime/objects/object-store.ts'
import type { Role } from '#schemas/events.ts'
import { messagesBefore } from '#schemas/turns.ts'
import type { LeasedItem } from './leases.ts'
import { type JudgedScore, priority } from './state.ts'

/** The item as the holder of its lease sees it. Only adjudicators see the reviews of others. `needed`: reviews that it needs. */
export async function leasedItemView(
  { sampleId, item, until }: LeasedItem,
  role: Role,
  needed: number,
  objects: ObjectStore,
): Promise<object> {
  const { conversationId, question, earlier, earlierCut, step, steps, plan, answer, arms, outcome, judged } = item
  const reviews = role === 'adjudicator' ? item.reviews : []
  return {
    ...{ sampleId, conversationId, question, earlier, earlierCut, step, plan, answer, arms, outcome },
    messages: messagesBefore(item, step),
    results: steps[step]?.results ?? [],
    hasPrompt: item.prompt !== null,
    judged: judged && (await judgedView(judged, objects)),
    reviews: reviews.map(({ id: _id, at: _at, role: _role, ...review }) => review),
    waitsFor: { reviews: item.reviews.length, needed, disputed: item.disputed },
    value: priority(item),
    leasedUntil: until,
  }
}

async function judgedView({ evidence, ...score }: JudgedScore, objects: ObjectStore): Promise<object> {
  return { ...score, packet: evidence && (await loadPacket(evidence, objects)) }
}

/** null where the packet is no longer kept: the item can be reviewed without it. */
const loadPacket = (digest: string, objects: ObjectStore): Promise<object | null> =>
  nullIfMissing(getJson<object>(objects, digest))

/** A text of the object store; null where it is no longer kept. */
export const loadText = (digest: string, objects: ObjectStore): Promise<string | null> =>
  nullIfMissing(objects.get(digest).then(content => new TextDecoder().decode(content)))

async function nullIfMissing<T>(loading: Promise<T>): Promise<T | null> {
  try {
    return await loading
  } catch (error) {
    if (error instanceof Fault && error.code === 'FLY_OBJECT') return null
    throw error
  }
}
