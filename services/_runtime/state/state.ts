/** The state of a service in one partition: collections of JSON values by key. Each service defines the types of its values. */
export interface StateView {
  get<T>(collection: string, key: string): T | undefined
  /**
   * In the order in which the keys were last written, the oldest first. This is the order of the changelog, so restarts, failed
   * transactions and compaction do not change it, and decisions may depend on it.
   */
  entries<T>(collection: string): IterableIterator<readonly [key: string, value: T]>
  size(collection: string): number
}

/** One change of state. `value: null` deletes the key. */
export type StateChange = { readonly collection: string; readonly key: string; readonly value: unknown }

/**
 * The committed entries of one collection, and its uncommitted changes: the newest change of each key, the number of keys that
 * they add, and the committed entries that they do not change.
 */
type StateCollection = {
  readonly name: string
  readonly committed: Map<string, unknown>
  changes: Map<string, unknown>
  added: number
  unchanged: UnchangedEntries | undefined
}

/**
 * The state of one service in one partition. Its committed content equals the fold of its changelog. Uncommitted changes are
 * visible at once, so that the next record of a batch sees them; they are kept apart until their transaction is committed.
 */
export class State implements StateView {
  readonly #collections = new Map<string, StateCollection>()
  /** Collections with uncommitted changes, in the order of their first change. */
  #changed: StateCollection[] = []
  #keys = 0

  /** Number of keys in all collections. */
  get keyCount(): number {
    return this.#keys
  }

  get<T>(collection: string, key: string): T | undefined {
    return valueIn(this.#collections.get(collection) ?? noCollection, key) as T | undefined
  }

  entries<T>(collection: string): IterableIterator<readonly [string, T]> {
    const found = this.#collections.get(collection) ?? noCollection
    return (found.changes.size > 0 ? mergedEntries(found) : found.committed.entries()) as IterableIterator<
      readonly [string, T]
    >
  }

  size(collection: string): number {
    const { committed, added } = this.#collections.get(collection) ?? noCollection
    return committed.size + added
  }

  apply(changes: readonly StateChange[]): void {
    for (const { collection, key, value } of changes) {
      const target = this.#collection(collection)
      if (target.changes.size === 0) this.#changed.push(target)
      const added = Number(value !== null) - Number(valueIn(target, key) !== undefined)
      target.added += added
      this.#keys += added
      // A map keeps a key where it was first set: deleting it first moves the key to the end.
      target.changes.delete(key)
      target.changes.set(key, value)
    }
  }

  /** The changes since `markCommitted` or `rollBack`: the newest of each key, by collection, in the order in which they were made. */
  changes(): StateChange[] {
    return this.#changed.flatMap(({ name, changes }) =>
      Array.from(changes, ([key, value]) => ({ collection: name, key, value })),
    )
  }

  /** Makes the uncommitted changes final. */
  markCommitted(): void {
    for (const { committed, changes } of this.#changed)
      for (const [key, value] of changes) setLast(committed, key, value)
    this.#clear()
  }

  /** Undoes the uncommitted changes. */
  rollBack(): void {
    for (const { added } of this.#changed) this.#keys -= added
    this.#clear()
  }

  /** Applies changes that are already committed. */
  applyCommitted(changes: readonly StateChange[]): void {
    for (const { collection, key, value } of changes) {
      const { committed } = this.#collection(collection)
      this.#keys -= committed.size
      setLast(committed, key, value)
      this.#keys += committed.size
    }
  }

  /** The committed entries, as the changes that create them in an empty state. */
  *toChanges(): Generator<StateChange, undefined> {
    for (const [collection, { committed }] of this.#collections)
      for (const [key, value] of committed) yield { collection, key, value }
  }

  #collection(collection: string): StateCollection {
    const known = this.#collections.get(collection)
    if (known) return known
    const added = emptyCollection(collection)
    this.#collections.set(collection, added)
    return added
  }

  #clear(): void {
    for (const collection of this.#changed) {
      collection.changes = new Map()
      collection.added = 0
      collection.unchanged = undefined
    }
    this.#changed = []
  }
}

function emptyCollection(name: string): StateCollection {
  return { name, committed: new Map(), changes: new Map(), added: 0, unchanged: undefined }
}

const noCollection = emptyCollection('')

function valueIn({ committed, changes }: StateCollection, key: string): unknown {
  const changed = changes.get(key)
  return changed === undefined ? committed.get(key) : (changed ?? undefined)
}

/** Sets or deletes a key. A key that is set becomes the last in the order. */
function setLast(entries: Map<string, unknown>, key: string, value: unknown): void {
  entries.delete(key)
  if (value !== null) entries.set(key, value)
}

/** The committed entries without changes, then the changes that are not deletions. */
function* mergedEntries(collection: StateCollection): Generator<StateEntry, undefined> {
  const { committed, changes } = collection
  collection.unchanged ??= new UnchangedEntries(committed, changes)
  yield* collection.unchanged
  for (const [key, value] of changes) if (value !== null) yield [key, value]
}

type StateEntry = readonly [key: string, value: unknown]

/**
 * The committed entries of a collection that have no uncommitted change. Each entry is read from the map once, and changed
 * entries at the front are skipped once. Otherwise each record of a bounded collection, which asks for the oldest entry, would
 * skip all entries that its batch has deleted so far.
 */
class UnchangedEntries {
  readonly #committed: Iterator<StateEntry>
  readonly #changes: ReadonlyMap<string, unknown>
  readonly #read: StateEntry[] = []
  /** How many entries at the front have changes. */
  #changed = 0

  constructor(committed: ReadonlyMap<string, unknown>, changes: ReadonlyMap<string, unknown>) {
    this.#committed = committed.entries()
    this.#changes = changes
  }

  *[Symbol.iterator](): Generator<StateEntry, undefined> {
    for (let index = this.#changed; ; index++) {
      const entry = this.#read[index] ?? this.#readNext()
      if (entry === undefined) return
      if (!this.#changes.has(entry[0])) yield entry
      else if (index === this.#changed) this.#changed++
    }
  }

  #readNext(): StateEntry | undefined {
    const { value } = this.#committed.next()
    if (value !== undefined) this.#read.push(value)
    return value
  }
}
