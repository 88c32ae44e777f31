/** Is told what happens to the groups that a process is a member of, for its metrics. Groups have their full names. */
export type GroupObserver = {
  /** The member was given its partitions, after it joined or after a rebalance. */
  readonly onAssigned: (group: string) => void
  /** Another process took over a partition that this one still owned. */
  readonly onFenced: (group: string) => void
  /** By how much the bytes grew or shrank that are fetched for the group and not polled. */
  readonly onFetchedBytes: (group: string, change: number) => void
}
