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
export type Change = { readonly collection: string; readonly key: string; readonly value: unknown }

/**
 * What is settled of one collection; and what is not final: the newest change of each key, how many keys the changes add, and
 * what they leave as it was.
 */
type Collection = {
  readonly name: string
  readonly settled: Map<string, unknown>
  changes: Map<string, unknown>
  added: number
  unchanged: Unchanged | undefined
}

/**
 * The state of one service in one partition. Its content always equals the fold of its changelog: changes can be seen at once,
 * so that the next record of a batch stands on them, and lie beside what is settled until their transaction is committed.
 */
export class State implements StateView {
  readonly #collections = new Map<string, Collection>()
  /** Those with changes, in the order of their first ones. */
  #changed: Collection[] = []
  #keys = 0

  /** How many keys there are, all collections together. */
  get keys(): number {
    return this.#keys
  }

  get<T>(collection: string, key: string): T | undefined {
    return valueIn(this.#collections.get(collection) ?? nothing, key) as T | undefined
  }

  entries<T>(collection: string): IterableIterator<readonly [string, T]> {
    const of = this.#collections.get(collection) ?? nothing
    return (of.changes.size > 0 ? merged(of) : of.settled.entries()) as IterableIterator<readonly [string, T]>
  }

  size(collection: string): number {
    const { settled, added } = this.#collections.get(collection) ?? nothing
    return settled.size + added
  }

  apply(changes: readonly Change[]): void {
    for (const { collection, key, value } of changes) {
      const of = this.#of(collection)
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
  changes(): Change[] {
    return this.#changed.flatMap(({ name, changes }) =>
      Array.from(changes, ([key, value]) => ({ collection: name, key, value })),
    )
  }

  /** What was applied is final. */
  settle(): void {
    for (const { settled, changes } of this.#changed) for (const [key, value] of changes) keep(settled, key, value)
    this.#clear()
  }

  /** Takes back what was applied since `settle`. */
  rollBack(): void {
    for (const { added } of this.#changed) this.#keys -= added
    this.#clear()
  }

  /** Takes in changes that are final. */
  fold(changes: readonly Change[]): void {
    for (const { collection, key, value } of changes) {
      const { settled } = this.#of(collection)
      this.#keys -= settled.size
      keep(settled, key, value)
      this.#keys += settled.size
    }
  }

  /** All that is settled, as the changes that make it of nothing. */
  *content(): IterableIterator<Change> {
    for (const [collection, { settled }] of this.#collections)
      for (const [key, value] of settled) yield { collection, key, value }
  }

  #of(collection: string): Collection {
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

function emptyCollection(name: string): Collection {
  return { name, settled: new Map(), changes: new Map(), added: 0, unchanged: undefined }
}

const nothing = emptyCollection('')

function valueIn({ settled, changes }: Collection, key: string): unknown {
  const changed = changes.get(key)
  return changed === undefined ? settled.get(key) : (changed ?? undefined)
}

/** Last in the order, wherever it was before. */
function keep(settled: Map<string, unknown>, key: string, value: unknown): void {
  settled.delete(key)
  if (value !== null) settled.set(key, value)
}

/** What is not changed, then the changes that keep something. */
function* merged(collection: Collection): Generator<Entry, undefined> {
  const { settled, changes } = collection
  collection.unchanged ??= new Unchanged(settled, changes)
  yield* collection.unchanged
  for (const [key, value] of changes) if (value !== null) yield [key, value]
}

type Entry = readonly [key: string, value: unknown]

/**
 * The settled entries of a collection that have no change beside them, read from it only once: where a collection is bounded each
 * record asks for the oldest, and the more a batch has forgotten by then the more lie in front that are changed.
 */
class Unchanged {
  readonly #settled: Iterator<Entry>
  readonly #changes: ReadonlyMap<string, unknown>
  readonly #read: Entry[] = []
  /** How many of those in front are changed. */
  #changed = 0

  constructor(settled: ReadonlyMap<string, unknown>, changes: ReadonlyMap<string, unknown>) {
    this.#settled = settled.entries()
    this.#changes = changes
  }

  *[Symbol.iterator](): Generator<Entry, undefined> {
    for (let at = this.#changed; ; at++) {
      const entry = this.#read[at] ?? this.#more()
      if (entry === undefined) return
      if (!this.#changes.has(entry[0])) yield entry
      else if (at === this.#changed) this.#changed++
    }
  }

  #more(): Entry | undefined {
    const { value } = this.#settled.next()
    if (value !== undefined) this.#read.push(value)
    return value
  }
}
