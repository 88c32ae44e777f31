import { at } from '#runtime/core/checked.ts'
import { hashFraction } from '#runtime/core/identity.ts'

/** How many of each fault to inject. */
export type FaultCounts = {
  /** SIGKILL of a worker, which is started again. */
  readonly kills: number
  /** SIGKILL of a broker, which is started again; one at a time. */
  readonly brokerKills: number
  /** SIGSTOP of a worker until others have taken over its partitions, then SIGCONT. */
  readonly zombies: number
  /** The network between a process and a broker resets connections or passes nothing for some time. */
  readonly cuts: number
  /** The clock of a process jumps by minutes. */
  readonly clockJumps: number
  /** A further worker joins for some time and stops cleanly. */
  readonly rebalances: number
  /** The disk of the embedded log is full for some time. */
  readonly fullDisks: number
  /** SIGSTOP of a broker until others lead its partitions, and partitions of a service have changed hands, then SIGCONT. */
  readonly hangs: number
  /** The registry refuses connections or does not answer for some time, while a worker starts. */
  readonly blips: number
  /** All workers of a stage are away until Kafka has forgotten the positions of its group. */
  readonly expiries: number
  /** All workers of the first stage are away while its next records are deleted. */
  readonly retentions: number
}

export const noFaults: FaultCounts = {
  ...{ kills: 0, brokerKills: 0, zombies: 0, cuts: 0, clockJumps: 0, rebalances: 0, fullDisks: 0, hangs: 0, blips: 0 },
  ...{ expiries: 0, retentions: 0 },
}

/** With two brokers away at once no partition has a leader. */
const ofBrokers: readonly FaultKind[] = ['brokerKills', 'hangs']
/** What a stage has committed must be known exactly when its positions are set. */
const alone: readonly FaultKind[] = ['expiries', 'retentions']

/** Whether faults of these kinds are injected one after the other. */
export const areExclusive = (kind: FaultKind, other: FaultKind): boolean =>
  kind === other ||
  [kind, other].some(one => alone.includes(one)) ||
  (ofBrokers.includes(kind) && ofBrokers.includes(other))

export type FaultKind = keyof FaultCounts

/** A fault that is due when that share of the input, 0 to 1, is consumed. `name` is unique. */
export type PlannedFault = { readonly kind: FaultKind; readonly name: string; readonly due: number }

/** Shares of the input between which faults are due: after the last one there is still input to recover with. */
const [first, last] = [0.03, 0.92]

/** The same faults for the same seed: each kind in equal steps, at a random time within each step. */
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

/** A number in [0, 1) for one choice about one fault: the same for the same seed. */
export const derivedFraction = (seed: string, name: string, question: string): number =>
  hashFraction(`chaos/${seed}`, `${name}/${question}`)

/** One of several values, derived in the same way. FLY_BUG for an empty list. */
export function derivedChoice<T>(seed: string, name: string, question: string, from: readonly T[]): T {
  return at(from, Math.floor(derivedFraction(seed, name, question) * from.length))
}
