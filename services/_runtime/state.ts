import { Fault } from './faults.ts'
import type { EventLog, LogRecord, NewRecord } from './log.ts'

/** What a service remembers in one partition: collections of plain JSON values by key. A service owns the shape of its own. */
export interface StateView {
  get<T>(collection: string, key: string): T | undefined
  /** In the order in which the keys were first kept. */
  entries<T>(collection: string): IterableIterator<readonly [key: string, value: T]>
  size(collection: string): number
}

/** One change of state; `value: null` forgets the key. */
export type Change = { readonly collection: string; readonly key: string; readonly value: unknown }

const separator = '\u0000'
/** Goes into each changelog record; a changelog of another format is refused rather than misread. */
const format = 'state/v1'

/**
 * The state of one service in one partition. Its content always equals the fold of its changelog: changes are applied
 * at once, so that the next record of a batch sees them, and taken back when their transaction fails.
 */
export class State implements StateView {
  readonly #collections = new Map<string, Map<string, unknown>>()
  #undo: Change[] = []

  get<T>(collection: string, key: string): T | undefined {
    return this.#collections.get(collection)?.get(key) as T | undefined
  }

  entries<T>(collection: string): IterableIterator<readonly [string, T]> {
    return ((this.#collections.get(collection) ?? new Map()) as Map<string, T>).entries()
  }

  size(collection: string): number {
    return this.#collections.get(collection)?.size ?? 0
  }

  apply(changes: readonly Change[]): void {
    for (const change of changes) {
      this.#undo.push({ ...change, value: this.get(change.collection, change.key) ?? null })
      this.#set(change)
    }
  }

  /** The changes since the last call are final. */
  settle(): void {
    this.#undo = []
  }

  /** Takes back the changes since `settle`. */
  rollBack(): void {
    for (const change of this.#undo.reverse()) this.#set(change)
    this.#undo = []
  }

  #set({ collection, key, value }: Change): void {
    const entries = this.#collections.get(collection) ?? new Map<string, unknown>()
    this.#collections.set(collection, entries)
    if (value === null) entries.delete(key)
    else entries.set(key, value)
  }
}

/** The changelog records of changes: the newest value of each key, since the topic is compacted anyway. */
export function changelog(topic: string, partition: number, changes: readonly Change[]): NewRecord[] {
  const newest = new Map(changes.map(change => [`${change.collection}${separator}${change.key}`, change.value]))
  return Array.from(newest, ([key, value]) => ({
    topic,
    partition,
    key,
    value: value === null ? null : Buffer.from(JSON.stringify(value)),
    headers: { format },
  }))
}

/** Rebuilds the state of one partition from its changelog. FLY_STATE when another version wrote it. */
export async function restore(log: EventLog, topic: string, partition: number, signal: AbortSignal): Promise<State> {
  const state = new State()
  const fold = (records: readonly LogRecord[]): void => {
    for (const record of records) {
      const [collection, key] = (record.key?.toString() ?? '').split(separator)
      if (record.headers['format'] !== format || collection === undefined || key === undefined)
        throw new Fault(
          'FLY_STATE',
          `${topic} was written by another version; delete it to start this service afresh`,
          {
            topic,
            partition,
            offset: record.offset,
          },
        )
      state.apply([{ collection, key, value: record.value === null ? null : JSON.parse(record.value.toString()) }])
    }
    state.settle()
  }
  await log.read([topic], { partitions: [partition], from: 'beginning', follow: false }, fold, signal)
  return state
}
