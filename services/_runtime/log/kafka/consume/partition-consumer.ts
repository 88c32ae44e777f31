import { Fault } from '../../../core/faults.ts'
import type { NewRecord, Position, Task } from '../../event-log.ts'
import { patiently } from '../faults.ts'
import { route } from '../produce/route.ts'
import { type Owner, openTransactions } from '../produce/transaction.ts'
import type { Fetcher } from './fetch.ts'
import { createQueue, type Source } from './queue.ts'

export type OpenTask = {
  readonly task: Task
  readonly close: () => Promise<void>
}

/**
 * Fences the owner before, reads what is committed and begins to fetch from there. Since nobody else can commit from then
 * on, what is committed is known here without asking. `onFenced` is told when a commit is refused since another process owns
 * the partition.
 */
export async function openTask(
  owner: Owner,
  topics: readonly string[],
  fetcher: Fetcher,
  queueBytes: number,
  onFenced: () => void,
): Promise<OpenTask> {
  const { group, partition, query, signal } = owner
  const again = (error: unknown): boolean => error instanceof Fault && error.code === 'FLY_BROKER'
  const transactions = await patiently(() => openTransactions(owner), again, signal)
  const queue = createQueue(fetcher, queueBytes)
  /** Where each source goes on after a rewind. */
  const committed = new Map<Source, number>()
  /** The same as the group has it: -1 where nothing is committed, and it may lie before what retention left. */
  const stored = new Map<Source, number>()
  /** What the work committed last, before it was moved past what is invisible. */
  const asked = new Map<Source, number>()
  let fenced = false
  let closed = false
  let last: Promise<unknown> = Promise.resolve()

  const begin = async (): Promise<void> => {
    const places = new Map(topics.map(topic => [topic, [partition]]))
    const [positions, starts] = await Promise.all([query.committed(group, places), query.offsets('start', places)])
    for (const topic of topics) {
      const start = starts.get(topic)?.get(partition) ?? 0
      const found = positions.get(topic)?.get(partition)?.offset ?? -1
      const source = queue.open(topic, partition, Math.max(found, start))
      committed.set(source, source.position)
      stored.set(source, found)
    }
  }
  try {
    await patiently(begin, again, signal)
  } catch (error) {
    await transactions.close()
    throw error
  }

  const own = (position: Position): Source => {
    const source = queue.sources.find(({ topic }) => topic === position.topic && partition === position.partition)
    if (source && position.offset >= (asked.get(source) ?? 0)) return source
    const what = source ? 'an offset behind the committed one' : 'a partition that is not its own'
    throw new Fault('FLY_BUG', `group ${group} commits ${what}`, { group, ...position })
  }

  const commit = async (outputs: readonly NewRecord[], consumed: readonly Position[]): Promise<readonly Position[]> => {
    if (closed || fenced) throw new Fault('FLY_FENCED', `group ${group} was left`, { group, partition })
    const moved = new Map<Source, number>()
    for (const position of consumed) {
      const source = own(position)
      moved.set(source, Math.max(source.past(position.offset), committed.get(source) ?? 0))
    }
    // What is refused here need not end a transaction.
    const bundles = await route(outputs, query)
    // A commit without any position could not be told from one that failed.
    const positions = moved.size > 0 ? moved : committed
    const ends = await transactions.commit(bundles, places(positions), places(stored))
    for (const [source, at] of positions) {
      committed.set(source, at)
      stored.set(source, at)
    }
    for (const position of consumed) asked.set(own(position), position.offset)
    return ends
  }

  const task: Task = {
    partition,
    signal,
    poll: max => queue.take(max, signal),
    commit(outputs, consumed) {
      const done = last.then(() => commit(outputs, consumed))
      last = done.catch(error => {
        if (closed || !(error instanceof Fault) || error.code !== 'FLY_FENCED') return
        fenced = true
        onFenced()
      })
      return done
    },
    async rewind() {
      await last
      for (const [source, at] of committed) source.moveTo(at)
    },
  }
  return {
    task,
    close: async () => {
      closed = true
      queue.close()
      await last
      await transactions.close()
    },
  }
}

function places(positions: Iterable<readonly [Source, number]>): Position[] {
  return [...positions].map(([{ topic, partition }, offset]) => ({ topic, partition, offset }))
}
