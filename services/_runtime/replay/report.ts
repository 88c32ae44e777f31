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

/** Writes the results of a run to its files and counts them. */
export type ReplayReport = {
  readonly add: (decision: DecisionRecorded, result: DecisionResult | Fault) => Promise<void>
  /** Closes the files. */
  readonly end: () => Promise<Pick<ReplayReceipt, 'refused' | 'outputs' | 'diff' | 'examples'>>
}

/** `scratch` is the codec that encoded the outputs. Objects that `sourceStore` has are not copied to the run's folder. */
export function createReplayReport(
  scratch: Codec,
  sourceStore: ObjectStore,
  recorded: RecordedOutputs,
  folder: RunFolder,
): ReplayReport {
  const runStore = openFolderStore(join(folder.path, 'objects'))
  const counter = createDifferenceCounter()
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
  const addRefusal = ({ code, message }: Fault): void => {
    const { records, why } = refused[code] ?? { records: 0, why: message }
    refused[code] = { records: records + 1, why }
  }
  const storeObject = async (content: Uint8Array): Promise<void> => {
    if (!(await sourceStore.has(digest(content)))) await runStore.put(content)
  }

  return {
    async add(decision, result) {
      const { inputId } = decision
      if (result instanceof Fault) addRefusal(result)
      else await Promise.all((result.decision.objects ?? []).map(storeObject))
      const outputs = result instanceof Fault ? [] : await outputsOf(result)
      for (const output of outputs) await folder.outputs.write(output)
      events += outputs.length
      const comparison = compareOutputs(
        recorded.of(decision),
        outputs,
        topic => enumSymbolsByTopic.get(topic) ?? new Set(),
      )
      counter.add(comparison, inputId)
      for (const difference of comparison.differences) await folder.diff.write({ inputId, ...difference })
    },
    async end() {
      await folder.diff.close()
      return {
        refused,
        outputs: { events, sha256: await folder.outputs.close() },
        diff: counter.topics,
        examples: counter.examples,
      }
    },
  }
}
