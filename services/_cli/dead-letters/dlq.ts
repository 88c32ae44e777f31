import type { Settings } from '#runtime/config/config.ts'
import { Fault } from '#runtime/core/faults.ts'
import type { DeadLetterSummary } from '#runtime/dead-letters/dead-letter.ts'
import { redriveTopics } from '#runtime/dead-letters/redrive.ts'
import type { DeadLetterCounts, UnresolvedDeadLetters } from '#runtime/dead-letters/unresolved.ts'
import { consumingServices } from '#topology/derive/definitions.ts'
import { retryTopic } from '#topology/derive/names.ts'
import type { ServiceName } from '#topology/types.ts'
import { withDeadLetters } from './access.ts'

/** The services that can have dead letters. */
/** Dead letters of each topic that a list names. */
const maxListed = 20

/** Prints what is parked: refused, and not yet re-driven. Nothing of the chats is shown. */
export async function listDeadLetters(
  name: string | undefined,
  { all, json }: { readonly all: boolean; readonly json: boolean },
  settings: Settings,
  signal: AbortSignal,
): Promise<void> {
  const service = name === undefined ? undefined : parseService(name)
  await withDeadLetters(settings, consumingServices, signal, async letters => {
    const topics = await letters.list(service, all ? undefined : maxListed)
    printLines(json ? [JSON.stringify({ topics })] : listLines(topics))
  })
}

/** Prints everything of one dead letter, the text of its chat included. */
export async function showDeadLetter(
  letter: string,
  { json }: { readonly json: boolean },
  settings: Settings,
  signal: AbortSignal,
): Promise<void> {
  await withDeadLetters(settings, consumingServices, signal, async letters => {
    const found = await letters.find(letter)
    if (found) return printLines([JSON.stringify(found, undefined, json ? 0 : 2)])
    const how = 'give TOPIC/PARTITION@OFFSET as flywheel dlq list has it'
    throw new Fault('FLY_USAGE', `there is no dead letter ${letter}: ${how}`)
  })
}

/** Has a service decide again what it has parked; with `dryRun` prints what that would be. */
export async function redriveDeadLetters(
  name: string,
  { topic, dryRun, json }: { readonly topic?: string; readonly dryRun: boolean; readonly json: boolean },
  settings: Settings,
  signal: AbortSignal,
): Promise<void> {
  const service = parseService(name)
  const wanted = redriveTopics({ service, ...(topic !== undefined && { topic }) })
  const onMoved = (moved: number, of: number): void => void process.stderr.write(`${moved} of ${of} re-driven\n`)
  await withDeadLetters(settings, consumingServices, signal, async letters => {
    const topics: readonly DeadLetterCounts[] = dryRun
      ? (await letters.list(service, 0)).filter(parking => wanted.includes(parking.topic))
      : await letters.redrive(service, topic, onMoved)
    const tallies = topics.map(({ topic: from, records, codes }) => ({ topic: from, records, codes }))
    const what = `${dryRun ? 'would be re-driven' : 're-driven'} to ${retryTopic(service)}`
    const lines = tallies.map(tally => `${countsLine(tally)} ${what}`)
    printLines(json ? [JSON.stringify({ service, dryRun, topics: tallies })] : linesOrNone(lines))
  })
}

function parseService(name: string): ServiceName {
  const known = consumingServices.find(service => service === name)
  if (known) return known
  throw new Fault('FLY_USAGE', `${name} is no service that reads; those that do are ${consumingServices.join(', ')}`)
}

const listLines = (topics: readonly UnresolvedDeadLetters[]): readonly string[] =>
  linesOrNone(
    topics.flatMap(parking => {
      const { records, oldestFirstSeen, newestRefused, letters } = parking
      const unnamed = records - letters.length
      return [
        `${countsLine(parking)} parked; first seen ${formatTime(oldestFirstSeen)}, last refused ${formatTime(newestRefused)}`,
        ...letters.map(letter => `  ${deadLetterLine(letter)}`),
        ...(unnamed > 0 ? [`  and ${unnamed} more: --all names them`] : []),
      ]
    }),
  )

function deadLetterLine({ topic, partition, offset, code, attempts, firstSeen, reason }: DeadLetterSummary): string {
  const tries = attempts === 1 ? '1 attempt' : `${attempts} attempts`
  // A reason may name what strangers sent: nothing of it may steer a terminal.
  const plain = reason.replaceAll(/\p{C}/gu, ' ')
  return `${topic}/${partition}@${offset} ${code}, ${tries}, first seen ${formatTime(firstSeen)}: ${plain}`
}

function countsLine({ topic, records, codes }: DeadLetterCounts): string {
  const counts = Object.entries(codes)
    .map(([code, count]) => `${code} ${count}`)
    .sort()
  return `${topic}: ${records} (${counts.join(', ')})`
}

const linesOrNone = (lines: readonly string[]): readonly string[] => (lines.length > 0 ? lines : ['nothing is parked'])
const printLines = (lines: readonly string[]): void => {
  for (const line of lines) process.stdout.write(`${line}\n`)
}
const formatTime = (at: number): string => new Date(at).toISOString().slice(0, 19)
