import { open, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Settings } from '#runtime/config/config.ts'
import { Fault } from '#runtime/core/faults.ts'
import { getJson } from '#runtime/objects/object-store.ts'
import { openObjects } from '#runtime/objects/open-objects.ts'
import type { AgentDescribed } from '#schemas/events.ts'
import type { Dataset, DatasetRow, EvaluationSet } from '#schemas/objects.ts'
import { formatCount, printLines } from '../output.ts'
import { withRecordReader } from '../read-records.ts'
import { fileSha256 } from '../rows/export-receipt.ts'
import { writeComplete } from '../write-complete.ts'
import { chatRow, type LeftOut, systemPromptOf } from './chat-row.ts'
import type { DatasetFormatName, DatasetSplit } from './format-names.ts'
import { jumpstartLine, jumpstartTemplate } from './jumpstart.ts'
import { openaiLine } from './openai.ts'
import { writeParquet } from './parquet.ts'
import { peftLine } from './peft.ts'
import { sharegptLine } from './sharegpt.ts'
import { readAgent, readVersions, versionOf } from './versions.ts'

type ExportOptions = {
  readonly format: DatasetFormatName
  readonly split: DatasetSplit
  readonly out: string
  readonly version?: number
  readonly json: boolean
}

/** How many rows were written, and how many were not, by reason. */
type Written = { readonly rows: number; readonly leftOut: Readonly<Partial<Record<LeftOut, number>>> }

const lineOf = {
  openai: openaiLine,
  peft: peftLine,
  jumpstart: jumpstartLine,
  sharegpt: sharegptLine,
} as const

/** Writes one set of a dataset to a file. FLY_USAGE where no row can be written. */
export async function exportDataset(
  agent: string,
  { format, split, out, version: wanted, json }: ExportOptions,
  settings: Settings,
  signal: AbortSignal,
): Promise<void> {
  await withRecordReader(settings, signal, async records => {
    const version = versionOf(await readVersions(records), agent, wanted)
    const described = await readAgent(records, agent)
    const digest = split === 'training' ? version.dataset : version.evaluation
    const receipt = await writeComplete(out, async part => {
      const { rows } = await getJson<Dataset | EvaluationSet>(await openObjects(settings), digest)
      const written =
        format === 'parquet'
          ? await writeParquet(part, rows, signal).then(() => ({ rows: rows.length, leftOut: {} }))
          : await writeLines(part, rows, described, format)
      const of = { agent, version: version.version, split, digest, format, file: out }
      return { ...of, ...written, sha256: await fileSha256(part) }
    })
    if (format === 'jumpstart')
      await writeComplete(join(dirname(out), 'template.json'), part =>
        writeFile(part, JSON.stringify(jumpstartTemplate)),
      )
    const lines = [
      `${formatCount(receipt.rows)} rows of dataset ${version.version} (${split}) in ${out}`,
      ...Object.entries(receipt.leftOut).map(([why, rows]) => `${formatCount(rows)} rows left out: ${why}`),
      `sha256 ${receipt.sha256}`,
    ]
    printLines(json ? [JSON.stringify(receipt)] : lines)
  })
}

async function writeLines(
  path: string,
  rows: readonly DatasetRow[],
  agent: AgentDescribed,
  format: keyof typeof lineOf,
): Promise<Written> {
  const system = systemPromptOf(agent)
  const leftOut: Partial<Record<LeftOut, number>> = {}
  let written = 0
  const file = await open(path, 'w')
  try {
    for (const row of rows) {
      const chat = chatRow(row, system)
      if (typeof chat === 'string') leftOut[chat] = (leftOut[chat] ?? 0) + 1
      else {
        await file.appendFile(lineOf[format](chat, agent.tools))
        written += 1
      }
    }
  } finally {
    await file.close()
  }
  if (written > 0) return { rows: written, leftOut }
  throw new Fault('FLY_USAGE', `none of the ${rows.length} rows can be written: ${Object.keys(leftOut).join('; ')}`)
}
