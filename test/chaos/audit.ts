import type { Codec } from '#runtime/codec/codec.ts'
import type { EventLog, LogRecord } from '#runtime/log/event-log.ts'
import { restoreState } from '#runtime/state/restore.ts'
import type { OpenSnapshot } from '#runtime/state/snapshots.ts'
import type { DecisionRecorded, SampleScored, SampleSelected } from '#schemas/events.ts'
import { neverAborted } from '#test/support/never-aborted.ts'
import { stateTopic } from '#topology/derive/names.ts'
import { topic } from '#topology/topic-names.ts'
import {
  type ChaosOutput,
  compareOutputs,
  compareState,
  hasNoViolations,
  sumViolations,
  type ViolationCounts,
} from './compare-outputs.ts'
import { expectedResults, type InputRecord } from './expected-results.ts'
import { isPoison, turnOf } from './input.ts'
import type { PrintProgress } from './report.ts'
import { agents, conversations, type Stage, stageNames } from './stages.ts'

/** A record that was deleted from the input. Nothing follows from one that is excused: it was deleted before it was consumed. */
export type DeletedRecord = InputRecord & { readonly excused: boolean }

/**
 * Compares everything in the log with what the input must lead to; `accepted` turns must be in the input. State is restored from
 * the changelog alone, and also with each local snapshot that workers left. Prints every difference.
 */
export async function audit(
  { log, codec }: { readonly log: EventLog; readonly codec: Codec },
  {
    seed,
    accepted,
    deleted = [],
    copies = [],
  }: {
    readonly seed: string
    readonly accepted: number
    /** In the order of the input. */
    readonly deleted?: readonly DeletedRecord[]
    readonly copies?: readonly OpenSnapshot[]
  },
  print: PrintProgress,
): Promise<ViolationCounts & { readonly repeatedInputs: number; readonly excused: number }> {
  const found: ViolationCounts[] = []
  const add = (what: string, counts: ViolationCounts): void => {
    if (!hasNoViolations(counts)) print(`${what}: ${JSON.stringify(counts)}`)
    found.push(counts)
  }
  const left = await readInput(log, codec)
  const input = [...deleted.filter(({ excused }) => !excused), ...left]
  const all = [...deleted, ...left]
  const expected = expectedResults(input)
  add('accepted turns in the input', compareAccepted(all, seed, accepted))
  for (const [name, outputs] of expected.outputs)
    add(name, compareOutputs(outputs, await readOutputs(log, codec, name)))
  for (const stage of stageNames)
    for (const open of [undefined, ...copies])
      add(`state of ${stage}`, compareState(expected.states[stage], await readState(log, stage, open)))
  const turns = all.filter(({ poison }) => poison === undefined)
  const repeatedInputs = turns.length - new Set(turns.map(idOf)).size
  return { ...sumViolations(found), repeatedInputs, excused: all.length - input.length }
}

const idOf = (record: InputRecord): string => (record.poison === undefined ? record.id : record.location)

/** Accepted turns are in the log, each conversation in its order. Their writer may have written them twice. */
function compareAccepted(input: readonly InputRecord[], seed: string, accepted: number): ViolationCounts {
  const turns = Array.from({ length: accepted }, (_, number) => turnOf(seed, number))
  const expected = turns.map(({ id, conversationId }) => ({ id, key: conversationId, content: '' }))
  const found = input.map(record => ({ id: idOf(record), content: '' }))
  const { lost, outOfOrder } = compareOutputs(expected, found)
  return { lost, outOfOrder, duplicated: 0, stateDiffers: 0 }
}

/** The records of the input in all partitions, or in one. */
export async function readInput(
  log: EventLog,
  codec: Codec,
  partitions?: readonly number[],
): Promise<readonly (InputRecord & Pick<LogRecord, 'offset'>)[]> {
  return readAll(log, topic.chatLogs, partitions, async ({ partition, offset, key, value }) => {
    const position = { location: `${partition}@${offset}`, offset, key: String(key) }
    if (!value || isPoison(value)) return { ...position, poison: String(value) }
    const { id, agent, turn } = await codec.decode(topic.chatLogs, value)
    return { ...position, id, agent, turn }
  })
}

function readOutputs(log: EventLog, codec: Codec, name: string): Promise<readonly Omit<ChaosOutput, 'key'>[]> {
  return readAll(log, name, undefined, async ({ headers, value }) => {
    if (headers['dlq.offset'] !== undefined)
      return { id: `${headers['dlq.partition']}@${headers['dlq.offset']}`, content: String(value) }
    const event = (await codec.decode(name, value ?? Buffer.alloc(0))) as AnyOutput
    if ('inputId' in event) return { id: event.inputId, content: event.outputs.join() }
    return { id: event.id, content: event.question }
  })
}

type AnyOutput = SampleSelected | SampleScored | DecisionRecorded

async function readState(log: EventLog, stage: Stage, open?: OpenSnapshot): Promise<ReadonlyMap<string, string>> {
  const name = stateTopic(stage)
  const found = new Map<string, string>()
  const partitions = (await log.topics()).find(one => one.name === name)?.partitions ?? 0
  for (let partition = 0; partition < partitions; partition++) {
    const copy = await open?.(stage, partition, neverAborted)
    const state = await restoreState(log, name, partition, neverAborted, { snapshot: copy }).finally(() =>
      copy?.close(),
    )
    for (const collection of [conversations, agents])
      for (const [key, value] of state.entries(collection)) found.set(`${collection}/${key}`, JSON.stringify(value))
  }
  return found
}

async function readAll<T>(
  log: EventLog,
  name: string,
  partitions: readonly number[] | undefined,
  read: (record: LogRecord) => Promise<T>,
): Promise<T[]> {
  const all: T[] = []
  const add = async (records: readonly LogRecord[]): Promise<void> => {
    for (const record of records) all.push(await read(record))
  }
  const options = { from: 'beginning', follow: false, ...(partitions && { partitions }) } as const
  await log.read([name], options, add, neverAborted)
  return all
}
