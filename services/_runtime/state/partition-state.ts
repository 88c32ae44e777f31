import { randomUUID } from 'node:crypto'
import { stateTopic } from '#topology/derive/names.ts'
import type { ServiceName } from '#topology/types.ts'
import type { EventLog, NewRecord, Position } from '../log/event-log.ts'
import { changelog } from './changelog.ts'
import type { Copies } from './copies.ts'
import { restore } from './restore.ts'
import { State } from './state.ts'

/** What a service remembers in one partition, for as long as this process owns it. */
export type Memory = {
  readonly state: State
  /** The changes since the last `settle` or `rollBack`, for the transaction that is to make them final. */
  readonly changelog: () => readonly NewRecord[]
  /** The transaction with the last `changelog` was committed, and resolved with `ends`. */
  readonly settle: (ends: readonly Position[]) => void
  readonly rollBack: () => void
  readonly close: () => void
}

/** Restores what the service remembers, if it does: FLY_STATE when another version wrote its changelog. */
export async function openMemory(
  { log, copies }: { readonly log: EventLog; readonly copies: Copies | undefined },
  service: ServiceName,
  remembers: boolean,
  partition: number,
  signal: AbortSignal,
): Promise<Memory> {
  const topic = stateTopic(service)
  const writer = randomUUID()
  const copy = remembers ? await copies?.(service, partition, signal) : undefined
  const close = (): void => copy?.close()
  const state = remembers
    ? await restore(log, topic, partition, signal, copy).catch(error => {
        close()
        throw error
      })
    : new State()
  let written: readonly NewRecord[] = []
  return {
    state,
    changelog() {
      written = changelog(topic, partition, state.changes(), writer)
      return written
    },
    settle(ends) {
      state.settle()
      const end = ends.find(position => position.topic === topic)
      if (written.length > 0) copy?.write(written, end && { offset: end.offset, writer }, state)
      written = []
    },
    rollBack: () => state.rollBack(),
    close,
  }
}
