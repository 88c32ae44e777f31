import { hashFraction } from '#runtime/core/identity.ts'

/** How many of each fault. */
export type FaultCounts = {
  /** SIGKILL of a worker, which is started again. */
  readonly kills: number
  /** SIGKILL of a broker, which comes back; one at a time. */
  readonly brokerKills: number
  /** SIGSTOP of a worker until others have taken its partitions over, then SIGCONT. */
  readonly zombies: number
  /** The network between some process and some broker refuses or swallows everything for a while. */
  readonly cuts: number
  /** The clock of a process jumps by minutes. */
  readonly clockJumps: number
  /** One worker more for a while, then its clean end. */
  readonly rebalances: number
  /** The disk under the embedded log is full for a while. */
  readonly fullDisks: number
}

export type FaultKind = keyof FaultCounts

/** A fault that is due when that share of the input, 0 to 1, is consumed. `name` tells it from others of its kind. */
export type PlannedFault = { readonly kind: FaultKind; readonly name: string; readonly due: number }

/** Spread over the stream by its progress, so that each hits work in flight; the last ones leave something to recover with. */
const [first, last] = [0.03, 0.92]

/** The same faults for the same seed: each kind in equal steps, at a random place in each step. */
export function planFaults(counts: FaultCounts, seed: string): readonly PlannedFault[] {
  const planned = (Object.entries(counts) as [FaultKind, number][]).flatMap(([kind, count]) =>
    Array.from({ length: count }, (_, index) => {
      const name = `${kind}-${index + 1}`
      const within = (index + derivedFraction(seed, name, 'due')) / count
      return { kind, name, due: first + within * (last - first) }
    }),
  )
  return planned.sort((a, b) => a.due - b.due)
}

/** A number in [0, 1) for one question about one fault: the same for the same seed. */
export const derivedFraction = (seed: string, name: string, question: string): number =>
  hashFraction(`chaos/${seed}`, `${name}/${question}`)

/** One of several, under the same terms. */
export function derivedChoice<T>(seed: string, name: string, question: string, from: readonly T[]): T | undefined {
  return from[Math.floor(derivedFraction(seed, name, question) * from.length)]
}
