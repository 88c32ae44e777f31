import type { Settings } from '#runtime/config/config.ts'
import { getJson } from '#runtime/objects/object-store.ts'
import { openObjects } from '#runtime/objects/open-objects.ts'
import type { Dataset, EvaluationSet } from '#schemas/objects.ts'
import { escapeControls, formatCount, printLines, tableLines } from '../output.ts'
import { withRecordReader } from '../read-records.ts'
import { dataCard } from './card.ts'
import { countStrata, type Stratum } from './strata.ts'
import { type DatasetVersion, readVersions, versionOf } from './versions.ts'

/** Prints the datasets of all agents, or of one. */
export async function listDatasets(
  { agent, json }: { readonly agent?: string; readonly json: boolean },
  settings: Settings,
  signal: AbortSignal,
): Promise<void> {
  await withRecordReader(settings, signal, async records => {
    const all = await readVersions(records)
    const datasets = agent === undefined ? all : all.filter(version => version.agent === agent)
    if (json) return printLines([JSON.stringify({ datasets })])
    if (datasets.length === 0)
      return printLines(['there is no dataset yet: flywheel status shows what the curator waits for'])
    const rows = datasets.map(version => [
      escapeControls(version.agent),
      String(version.version),
      new Date(version.at).toISOString(),
      formatCount(version.trainingRows),
      formatCount(version.syntheticRows),
      formatCount(version.evaluationRows),
      version.dataset,
    ])
    const head = ['agent', 'version', 'built', 'training', 'synthetic', 'evaluation', 'digest']
    printLines(tableLines(head, rows, new Set([1, 3, 4, 5])))
  })
}

/** Prints one dataset: what it was built from, and its rows by stratum. */
export async function showDataset(
  agent: string,
  { version: wanted, card, json }: { readonly version?: number; readonly card: boolean; readonly json: boolean },
  settings: Settings,
  signal: AbortSignal,
): Promise<void> {
  await withRecordReader(settings, signal, async records => {
    const version = versionOf(await readVersions(records), agent, wanted)
    const objects = await openObjects(settings)
    const training = await getJson<Dataset>(objects, version.dataset)
    const evaluation = await getJson<EvaluationSet>(objects, version.evaluation)
    const strata = { training: countStrata(training.rows), evaluation: countStrata(evaluation.rows) }
    if (card) return printLines([dataCard(version, strata).trimEnd()])
    printLines(json ? [JSON.stringify({ ...version, strata })] : datasetLines(version, strata))
  })
}

type Strata = Readonly<Record<'training' | 'evaluation', ReturnType<typeof countStrata>>>

function datasetLines(version: DatasetVersion, { training, evaluation }: Strata): readonly string[] {
  const { agent, at, trainingRows, syntheticRows, evaluationRows, families, gold } = version
  const rows = (Object.keys(training) as Stratum[]).flatMap(stratum => {
    const values = [...new Set([...Object.keys(training[stratum]), ...Object.keys(evaluation[stratum])])]
    return values.map(value => [
      stratum,
      escapeControls(value),
      formatCount(training[stratum][value] ?? 0),
      formatCount(evaluation[stratum][value] ?? 0),
    ])
  })
  return [
    `dataset ${version.version} of ${escapeControls(agent)}, built ${new Date(at).toISOString()} from ${formatCount(gold)} gold answers`,
    `training    ${formatCount(trainingRows)} rows, ${formatCount(syntheticRows)} of them synthetic: ${version.dataset}`,
    `evaluation  ${formatCount(evaluationRows)} rows of ${formatCount(families)} families: ${version.evaluation}`,
    ...version.reasons.map(escapeControls),
    ...tableLines(['stratum', 'value', 'training', 'evaluation'], rows, new Set([2, 3])),
  ]
}
