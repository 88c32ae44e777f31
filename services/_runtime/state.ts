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

/** Changes of one collection that are not final, the newest of each key, and how many keys they add; and what they leave as it was. */
type Pending = { readonly changes: Map<string, unknown>; readonly unchanged: Unchanged; added: number }

const nothing: ReadonlyMap<string, unknown> = new Map()

/**
 * The state of one service in one partition. Its content always equals the fold of its changelog: changes can be seen at once,
 * so that the next record of a batch stands on them, and lie beside what is settled until their transaction is committed.
 */
export class State implements StateView {
  readonly #settled = new Map<string, Map<string, unknown>>()
  readonly #pending = new Map<string, Pending>()
  #keys = 0

  /** How many keys there are, all collections together. */
  get keys(): number {
    return this.#keys
  }

  get<T>(collection: string, key: string): T | undefined {
    const changed = this.#pending.get(collection)?.changes.get(key)
    return (changed === undefined ? this.#of(collection).get(key) : (changed ?? undefined)) as T | undefined
  }

  entries<T>(collection: string): IterableIterator<readonly [string, T]> {
    const pending = this.#pending.get(collection)
    return (pending ? merged(pending) : this.#of(collection).entries()) as IterableIterator<readonly [string, T]>
  }

  size(collection: string): number {
    return this.#of(collection).size + (this.#pending.get(collection)?.added ?? 0)
  }

  apply(changes: readonly Change[]): void {
    for (const { collection, key, value } of changes) {
      const pending = this.#pending.get(collection) ?? this.#begin(collection)
      const added = Number(value !== null) - Number(this.get(collection, key) !== undefined)
      pending.added += added
      this.#keys += added
      // Anew, so that the order is that of the newest changes.
      pending.changes.delete(key)
      pending.changes.set(key, value)
    }
  }

  /** What was applied since `settle` or `rollBack`: the newest change of each key, in the order of its collection. */
  changes(): Change[] {
    return [...this.#pending].flatMap(([collection, { changes }]) =>
      Array.from(changes, ([key, value]) => ({ collection, key, value })),
    )
  }

  /** What was applied is final. */
  settle(): void {
    const changes = this.changes()
    this.rollBack()
    this.fold(changes)
  }

  /** Takes back what was applied since `settle`. */
  rollBack(): void {
    for (const { added } of this.#pending.values()) this.#keys -= added
    this.#pending.clear()
  }

  /** Takes in changes that are final. */
  fold(changes: readonly Change[]): void {
    for (const { collection, key, value } of changes) {
      const entries = this.#settled.get(collection) ?? new Map<string, unknown>()
      this.#settled.set(collection, entries)
      this.#keys -= entries.size
      entries.delete(key)
      if (value !== null) entries.set(key, value)
      this.#keys += entries.size
    }
  }

  /** All that is settled, as the changes that make it of nothing. */
  *content(): IterableIterator<Change> {
    for (const [collection, entries] of this.#settled)
      for (const [key, value] of entries) yield { collection, key, value }
  }

  #begin(collection: string): Pending {
    const changes = new Map<string, unknown>()
    const pending = { changes, unchanged: new Unchanged(this.#of(collection), changes), added: 0 }
    this.#pending.set(collection, pending)
    return pending
  }

  #of(collection: string): ReadonlyMap<string, unknown> {
    return this.#settled.get(collection) ?? nothing
  }
}

/** What is not changed, then the changes that keep something. */
function* merged({ unchanged, changes }: Pending): Generator<Entry, undefined> {
  yield* unchanged
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
