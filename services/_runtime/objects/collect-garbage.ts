import { Fault } from '../core/faults.ts'
import { digestsIn } from './digests-in.ts'
import type { StoredObject, SweepableStore } from './object-store.ts'

export type ObjectCount = { objects: number; bytes: number }

/** What becomes of an object. */
const fates = {
  named: 'named by a record, or by an object that is kept',
  young: 'not named, and too young to be judged',
  restored: 'taken out of the trash, because it is named',
  trashed: 'moved to the trash, where it can still be read',
  waiting: 'in the trash, and not yet long enough to be deleted',
  deleted: 'deleted from the trash',
} as const
export type Fate = keyof typeof fates
export const fateMeanings: Readonly<Record<Fate, string>> = fates

/** What a collection did to the objects of a store, or would do. */
export type CollectionReport = Readonly<Record<Fate, ObjectCount>> & {
  /** Named objects whose content is not that of their digest. They are kept; what they name is not known. */
  readonly damaged: readonly string[]
}

export type CollectionOptions = {
  /** Objects that were put, or moved to the trash, since this time are not judged: ms since 1970. */
  readonly before: number
  /** Counts what would be done, and does nothing. */
  readonly dryRun: boolean
  /** Passes the content of every record to `onContent`. */
  readonly readRecords: (onContent: (content: Uint8Array) => void) => Promise<void>
  /** Called for each object that was read to see what it names. `of` are those known so far. */
  readonly onRead?: (read: number, of: number) => void
  readonly signal: AbortSignal
}

/**
 * Mark and sweep of an object store. An object is named by a record or an object that has its digest anywhere in it (conservative, so
 * that no field has to be known as one that holds a digest). What nothing names goes to the trash; what is still not named when it has
 * been there long enough is deleted. So a process still finds an object that it put again, or read about, while this ran, and that
 * it names later: `before` must be so long ago that what was put or read then is named by now.
 */
export async function collectGarbage(store: SweepableStore, options: CollectionOptions): Promise<CollectionReport> {
  const { before, dryRun, signal } = options
  // Before the records are read: an object that is new after this is not swept.
  const stored = await listObjects(store)
  const { named, damaged } = await markNamed(store, stored, options)
  const counts = zeroCounts()
  for (const places of stored.values())
    for (const object of places) {
      signal.throwIfAborted()
      const { digest, bytes } = object
      const fate = fateOf(object, { isNamed: named.has(digest), hasCopy: places.length > 1, before })
      if (!dryRun) await carryOut(store, digest, fate, before)
      counts[fate].objects++
      counts[fate].bytes += bytes
    }
  if (!dryRun) await store.deleteUnfinished(before)
  return { ...counts, damaged }
}

/** By digest. An object may be in the store and in the trash. */
type Listing = ReadonlyMap<string, readonly StoredObject[]>

async function listObjects(store: SweepableStore): Promise<Listing> {
  const stored = new Map<string, StoredObject[]>()
  for await (const object of store.list()) {
    const known = stored.get(object.digest)
    if (known) known.push(object)
    else stored.set(object.digest, [object])
  }
  return stored
}

function zeroCounts(): Record<Fate, ObjectCount> {
  const zero = (): ObjectCount => ({ objects: 0, bytes: 0 })
  return { named: zero(), young: zero(), restored: zero(), trashed: zero(), waiting: zero(), deleted: zero() }
}

function fateOf(
  { inTrash, since }: StoredObject,
  { isNamed, hasCopy, before }: { readonly isNamed: boolean; readonly hasCopy: boolean; readonly before: number },
): Fate {
  const isOld = since < before
  // Of two copies, the one in the trash is not needed.
  if (inTrash && isNamed && !hasCopy) return 'restored'
  if (inTrash) return isOld ? 'deleted' : 'waiting'
  if (isNamed) return 'named'
  return isOld ? 'trashed' : 'young'
}

async function carryOut(store: SweepableStore, digest: string, fate: Fate, before: number): Promise<void> {
  if (fate === 'trashed') await store.moveToTrash(digest)
  if (fate === 'restored') await store.restoreFromTrash(digest)
  if (fate === 'deleted') await store.deleteFromTrash(digest, before)
}

/**
 * The digests of stored objects that a record names, or an object that is itself named. FLY_USAGE when no record names any, as when
 * log and store are of different deployments.
 */
async function markNamed(
  store: SweepableStore,
  stored: Listing,
  { before, readRecords, onRead, signal }: CollectionOptions,
): Promise<{ readonly named: ReadonlySet<string>; readonly damaged: readonly string[] }> {
  const named = new Set<string>()
  const mark = (content: Uint8Array): void => {
    for (const digest of digestsIn(content)) if (stored.has(digest)) named.add(digest)
  }
  await readRecords(mark)
  const isOld = (places: readonly StoredObject[]): boolean => places.some(({ since }) => since < before)
  if (named.size === 0 && stored.values().some(isOld))
    throw new Fault(
      'FLY_USAGE',
      `no record names any of the ${stored.size} objects, so they may be those of another log: correct --home, --kafka, FLYWHEEL_OBJECTS or FLYWHEEL_NAMESPACE, or delete them yourself`,
    )
  const damaged: string[] = []
  let read = 0
  // A set is iterated with what is added meanwhile.
  for (const digest of named) {
    signal.throwIfAborted()
    try {
      mark(await store.get(digest))
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== 'FLY_OBJECT') throw error
      damaged.push(digest)
    }
    onRead?.(++read, named.size)
  }
  return { named, damaged }
}
