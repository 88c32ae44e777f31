import { join } from 'node:path'
import type { DecisionRecorded } from '#schemas/events.ts'
import type { Codec } from '../codec/codec.ts'
import { Fault, type FaultCode } from '../core/faults.ts'
import { digest } from '../core/identity.ts'
import { openFolderStore } from '../objects/folder.ts'
import type { ObjectStore } from '../objects/object-store.ts'
import type { Decided } from '../processing/decide-record.ts'
import { compare, type Output } from './compare.ts'
import type { OutputsThen } from './outputs-then.ts'
import type { Receipt } from './receipt.ts'
import type { RunFolder } from './run-folder.ts'
import { createTally, wordsOf } from './tally.ts'

/** What the decisions of a range lead to now, on its way into the files of the run. */
export type Report = {
  readonly add: (decision: DecisionRecorded, now: Decided | Fault) => Promise<void>
  /** Closes the files. */
  readonly end: () => Promise<Pick<Receipt, 'refused' | 'outputs' | 'diff' | 'examples'>>
}

/** `scratch` made the outputs; `live` is the store that is not to be written: of its objects no copies are made. */
export function createReport(scratch: Codec, live: ObjectStore, then: OutputsThen, folder: RunFolder): Report {
  const own = openFolderStore(join(folder.path, 'objects'))
  const tally = createTally()
  const refused: Partial<Record<FaultCode, { records: number; readonly why: string }>> = {}
  let events = 0

  const outputsOf = ({ outputs }: Decided): Promise<Output[]> =>
    Promise.all(
      outputs.flatMap(({ topic, value }) =>
        value === null ? [] : scratch.decode(topic, value).then(event => ({ topic, event: event as Output['event'] })),
      ),
    )
  const refuse = ({ code, message }: Fault): void => {
    const { records, why } = refused[code] ?? { records: 0, why: message }
    refused[code] = { records: records + 1, why }
  }
  const keep = async (content: Uint8Array): Promise<void> => {
    if (!(await live.has(digest(content)))) await own.put(content)
  }

  return {
    async add({ inputId, outputs: ids }, now) {
      if (now instanceof Fault) refuse(now)
      else await Promise.all((now.decision.objects ?? []).map(keep))
      const outputs = now instanceof Fault ? [] : await outputsOf(now)
      for (const output of outputs) await folder.outputs.write(output)
      events += outputs.length
      const comparison = compare(then.of(ids), outputs, topic => wordsOf.get(topic) ?? new Set())
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
