import { join } from 'node:path'
import type { DecisionRecorded } from '#schemas/events.ts'
import type { Codec } from '../codec/codec.ts'
import { Fault, type FaultCode } from '../core/faults.ts'
import { digest } from '../core/identity.ts'
import { openFolderStore } from '../objects/folder.ts'
import type { ObjectStore } from '../objects/object-store.ts'
import type { DecisionResult } from '../processing/decide-record.ts'
import { compareOutputs, type OutputEvent } from './compare.ts'
import { createDifferenceCounter, enumSymbolsByTopic } from './difference-counts.ts'
import type { ReplayReceipt } from './receipt.ts'
import type { RecordedOutputs } from './recorded-outputs.ts'
import type { RunFolder } from './run-folder.ts'

/** What the decisions of a range lead to now, on its way into the files of the run. */
export type ReplayReport = {
  readonly add: (decision: DecisionRecorded, now: DecisionResult | Fault) => Promise<void>
  /** Closes the files. */
  readonly end: () => Promise<Pick<ReplayReceipt, 'refused' | 'outputs' | 'diff' | 'examples'>>
}

/** `scratch` made the outputs; `live` is the store that is not to be written: of its objects no copies are made. */
export function createReplayReport(
  scratch: Codec,
  sourceStore: ObjectStore,
  recorded: RecordedOutputs,
  folder: RunFolder,
): ReplayReport {
  const runStore = openFolderStore(join(folder.path, 'objects'))
  const tally = createDifferenceCounter()
  const refused: Partial<Record<FaultCode, { records: number; readonly why: string }>> = {}
  let events = 0

  const outputsOf = ({ outputs }: DecisionResult): Promise<OutputEvent[]> =>
    Promise.all(
      outputs.flatMap(({ topic, value }) =>
        value === null
          ? []
          : scratch.decode(topic, value).then(event => ({ topic, event: event as OutputEvent['event'] })),
      ),
    )
  const refuse = ({ code, message }: Fault): void => {
    const { records, why } = refused[code] ?? { records: 0, why: message }
    refused[code] = { records: records + 1, why }
  }
  const keep = async (content: Uint8Array): Promise<void> => {
    if (!(await sourceStore.has(digest(content)))) await runStore.put(content)
  }

  return {
    async add({ inputId, outputs: ids }, now) {
      if (now instanceof Fault) refuse(now)
      else await Promise.all((now.decision.objects ?? []).map(keep))
      const outputs = now instanceof Fault ? [] : await outputsOf(now)
      for (const output of outputs) await folder.outputs.write(output)
      events += outputs.length
      const comparison = compareOutputs(
        recorded.withIds(ids),
        outputs,
        topic => enumSymbolsByTopic.get(topic) ?? new Set(),
      )
      tally.add(comparison, inputId)
      for (const difference of comparison.differences) await folder.diff.write({ inputId, ...difference })
    },
    async end() {
      await folder.diff.close()
      return {
        refused,
        outputs: { events, sha256: await folder.outputs.close() },
        diff: tally.topics,
        examples: tally.examples,
      }
    },
  }
}
