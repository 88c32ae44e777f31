import type { Settings } from '#runtime/config/config.ts'
import { getJson } from '#runtime/objects/object-store.ts'
import { openObjects } from '#runtime/objects/open-objects.ts'
import type { Dataset, EvaluationSet } from '#schemas/objects.ts'
import { escapeControls, formatCount, printLines, tableLines } from '../output.ts'
import { withRecordReader } from '../read-records.ts'
import { diffRows } from './diff-rows.ts'
import { type DatasetVersion, readVersions, versionOf } from './versions.ts'

/** Prints how many rows two versions of an agent's dataset have that differ, by set and first tool. */
export async function diffDatasets(
  agent: string,
  [from, to]: readonly [number, number],
  { json }: { readonly json: boolean },
  settings: Settings,
  signal: AbortSignal,
): Promise<void> {
  await withRecordReader(settings, signal, async records => {
    const versions = await readVersions(records)
    const [before, after] = [versionOf(versions, agent, from), versionOf(versions, agent, to)]
    const objects = await openObjects(settings)
    const rowsOf = async (digest: string) => (await getJson<Dataset | EvaluationSet>(objects, digest)).rows
    const changesOf = async (digestOf: (version: DatasetVersion) => string) =>
      diffRows(await rowsOf(digestOf(before)), await rowsOf(digestOf(after)))
    const training = await changesOf(version => version.dataset)
    const evaluation = await changesOf(version => version.evaluation)
    if (json) {
      const changes = { training: Object.fromEntries(training), evaluation: Object.fromEntries(evaluation) }
      return printLines([JSON.stringify({ agent, from, to, ...changes })])
    }
    const rows = Object.entries({ training, evaluation }).flatMap(([split, changes]) =>
      [...changes].map(([tool, { added, removed, changed }]) => [
        ...[split, escapeControls(tool), formatCount(added), formatCount(removed), formatCount(changed)],
      ]),
    )
    if (rows.length === 0) return printLines([`datasets ${from} and ${to} have the same rows`])
    printLines(tableLines(['set', 'first tool', 'added', 'removed', 'changed'], rows, new Set([2, 3, 4])))
  })
}
