import type { FieldDifference } from '#runtime/replay/compare.ts'
import type { DifferenceExample, TopicDiff } from '#runtime/replay/difference-counts.ts'
import type { ReplayReceipt } from '#runtime/replay/receipt.ts'

/** A receipt as text, with the folder of the run's files. A receipt names fields and ids; it contains no text of a chat. */
export function replayReceiptText(receipt: ReplayReceipt, folder: string): string {
  const {
    run,
    service,
    since,
    until,
    rules,
    config,
    partitions,
    decided,
    outputs,
    refused,
    diff,
    examples,
    memory,
    unreadable,
  } = receipt
  const refusals = Object.entries(refused).map(([code, { records, why }]) => `${records} ${code}, first: ${why}`)
  const lines = [
    `${service} replayed as ${run}`,
    `range    ${since ?? 'the beginning'} to ${until ?? 'the end'}`,
    `rules    ${rules.version} ${rules.file ?? `services/${service}`} sha256 ${rules.sha256}`,
    `config   ${config === null ? 'as recorded' : `${config.file} sha256 ${config.sha256}`}`,
    ...partitions.map(
      ({ partition, first, end, decided: count, ledUp }) =>
        `offsets  partition ${partition}: ${first} to ${end}, ${count} decided${ledUp > 0 ? ` after ${ledUp} that rebuild the state` : ''}`,
    ),
    `decided  ${decided} records, ${outputs.events} events, ${refusals.length === 0 ? 'none refused' : `refused ${refusals.join('; ')}`}`,
    `state    ${memory === null ? 'as many keys as recorded at every decision' : `differs from partition ${memory.partition} offset ${memory.offset} on: ${memory.was} keys recorded, ${memory.is} now`}`,
    ...unreadableLines(unreadable),
    ...Object.entries(diff).map(([topic, counts]) => `diff     ${topic}: ${diffText(counts)}`),
    ...examples.map(example => `  input ${example.inputId}: ${exampleText(example)}`),
    `outputs  sha256 ${outputs.sha256}`,
    `files    ${folder}`,
  ]
  return lines.join('\n')
}

function unreadableLines({ records, first }: ReplayReceipt['unreadable']): readonly string[] {
  if (records === 0) return []
  const places = first.map(({ topic, partition, offset, why }) => `  ${topic}/${partition}@${offset}: ${why}`)
  return [`skipped  ${records} records of output topics that cannot be decoded, first:`, ...places]
}

function diffText({ same, changed, added, removed, fields }: TopicDiff): string {
  const named = Object.entries(fields).map(([field, count]) => `${field} ${count}`)
  return `${same} same, ${changed} changed${named.length > 0 ? ` (${named.join(', ')})` : ''}, ${added} added, ${removed} removed`
}

function exampleText(example: DifferenceExample): string {
  const fields = example.change === 'changed' ? `: ${example.fields.map(fieldText).join(', ')}` : ''
  return `${example.change} ${example.topic} ${example.id}${fields}`
}

const fieldText = ({ field, was, is }: FieldDifference): string =>
  was === undefined || is === undefined ? field : `${field} ${was} -> ${is}`
