/** What a service remembers in one partition: collections of plain JSON values by key. A service owns the shape of its own. */
export interface StateView {
  get<T>(collection: string, key: string): T | undefined
  /** In the order in which the keys were first kept. */
  entries<T>(collection: string): IterableIterator<readonly [key: string, value: T]>
  size(collection: string): number
}

/** One change of state; `value: null` forgets the key. */
export type Change = { readonly collection: string; readonly key: string; readonly value: unknown }
