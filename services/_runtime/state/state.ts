/** What a service remembers in one partition: collections of plain JSON values by key. A service owns the shape of its own. */
export interface StateView {
  get<T>(collection: string, key: string): T | undefined
  /**
   * In the order in which the keys were last kept: what was not kept for longest comes first. The order is that of the
   * changelog, so it outlives restarts, failed transactions and compaction, and decisions may stand on it.
   */
  entries<T>(collection: string): IterableIterator<readonly [key: string, value: T]>
  size(collection: string): number
}

/** One change of state; `value: null` forgets the key. */
export type StateChange = { readonly collection: string; readonly key: string; readonly value: unknown }

/**
 * What is settled of one collection; and what is not final: the newest change of each key, how many keys the changes add, and
 * what they leave as it was.
 */
type StateCollection = {
  readonly name: string
  readonly committed: Map<string, unknown>
  changes: Map<string, unknown>
  added: number
  unchanged: UnchangedEntries | undefined
}

/**
 * The state of one service in one partition. Its content always equals the fold of its changelog: changes can be seen at once,
 * so that the next record of a batch stands on them, and lie beside what is settled until their transaction is committed.
 */
export class State implements StateView {
  readonly #collections = new Map<string, StateCollection>()
  /** Those with changes, in the order of their first ones. */
  #changed: StateCollection[] = []
  #keys = 0

  /** How many keys there are, all collections together. */
  get keyCount(): number {
    return this.#keys
  }

  get<T>(collection: string, key: string): T | undefined {
    return valueIn(this.#collections.get(collection) ?? noCollection, key) as T | undefined
  }

  entries<T>(collection: string): IterableIterator<readonly [string, T]> {
    const of = this.#collections.get(collection) ?? noCollection
    return (of.changes.size > 0 ? mergedEntries(of) : of.committed.entries()) as IterableIterator<readonly [string, T]>
  }

  size(collection: string): number {
    const { committed, added } = this.#collections.get(collection) ?? noCollection
    return committed.size + added
  }

  apply(changes: readonly StateChange[]): void {
    for (const { collection, key, value } of changes) {
      const of = this.#collection(collection)
      if (of.changes.size === 0) this.#changed.push(of)
      const added = Number(value !== null) - Number(valueIn(of, key) !== undefined)
      of.added += added
      this.#keys += added
      // Anew, so that the order is that of the newest changes.
      of.changes.delete(key)
      of.changes.set(key, value)
    }
  }

  /** What was applied since `settle` or `rollBack`: the newest change of each key, in the order of its collection. */
  changes(): StateChange[] {
    return this.#changed.flatMap(({ name, changes }) =>
      Array.from(changes, ([key, value]) => ({ collection: name, key, value })),
    )
  }

  /** What was applied is final. */
  markCommitted(): void {
    for (const { committed, changes } of this.#changed)
      for (const [key, value] of changes) setLast(committed, key, value)
    this.#clear()
  }

  /** Takes back what was applied since `settle`. */
  rollBack(): void {
    for (const { added } of this.#changed) this.#keys -= added
    this.#clear()
  }

  /** Takes in changes that are final. */
  applyCommitted(changes: readonly StateChange[]): void {
    for (const { collection, key, value } of changes) {
      const { committed } = this.#collection(collection)
      this.#keys -= committed.size
      setLast(committed, key, value)
      this.#keys += committed.size
    }
  }

  /** All that is settled, as the changes that make it of nothing. */
  *toChanges(): IterableIterator<StateChange> {
    for (const [collection, { committed }] of this.#collections)
      for (const [key, value] of committed) yield { collection, key, value }
  }

  #collection(collection: string): StateCollection {
    const known = this.#collections.get(collection)
    if (known) return known
    const made = emptyCollection(collection)
    this.#collections.set(collection, made)
    return made
  }

  #clear(): void {
    for (const of of this.#changed) {
      of.changes = new Map()
      of.added = 0
      of.unchanged = undefined
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

/** Last in the order, wherever it was before. */
function setLast(settled: Map<string, unknown>, key: string, value: unknown): void {
  settled.delete(key)
  if (value !== null) settled.set(key, value)
}

/** What is not changed, then the changes that keep something. */
function* mergedEntries(collection: StateCollection): Generator<StateEntry, undefined> {
  const { committed, changes } = collection
  collection.unchanged ??= new UnchangedEntries(committed, changes)
  yield* collection.unchanged
  for (const [key, value] of changes) if (value !== null) yield [key, value]
}

type StateEntry = readonly [key: string, value: unknown]

/**
 * The settled entries of a collection that have no change beside them, read from it only once: where a collection is bounded each
 * record asks for the oldest, and the more a batch has forgotten by then the more lie in front that are changed.
 */
class UnchangedEntries {
  readonly #settled: Iterator<StateEntry>
  readonly #changes: ReadonlyMap<string, unknown>
  readonly #read: StateEntry[] = []
  /** How many of those in front are changed. */
  #changed = 0

  constructor(settled: ReadonlyMap<string, unknown>, changes: ReadonlyMap<string, unknown>) {
    this.#settled = settled.entries()
    this.#changes = changes
  }

  *[Symbol.iterator](): Generator<StateEntry, undefined> {
    for (let at = this.#changed; ; at++) {
      const entry = this.#read[at] ?? this.#readNext()
      if (entry === undefined) return
      if (!this.#changes.has(entry[0])) yield entry
      else if (at === this.#changed) this.#changed++
    }
  }

  #readNext(): StateEntry | undefined {
    const { value } = this.#settled.next()
    if (value !== undefined) this.#read.push(value)
    return value
  }
}
