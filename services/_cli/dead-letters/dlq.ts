import type { Settings } from '#runtime/config/config.ts'
import { Fault } from '#runtime/core/faults.ts'
import type { DeadLetterSummary } from '#runtime/dead-letters/dead-letter.ts'
import { redriveTopics } from '#runtime/dead-letters/redrive.ts'
import type { DeadLetterCounts, UnresolvedDeadLetters } from '#runtime/dead-letters/unresolved.ts'
import { consumingServices } from '#topology/derive/definitions.ts'
import { retryTopic } from '#topology/derive/names.ts'
import type { ServiceName } from '#topology/types.ts'
import { escapeControls, printLines } from '../output.ts'
import { parseService } from '../parse-service.ts'
import { withDeadLetters } from './access.ts'

/** Dead letters of each topic that are listed without `--all`. */
const maxListed = 20

/** Prints the unresolved dead letters: refused and not yet re-driven. The text of the chats is not printed. */
export async function listDeadLetters(
  name: string | undefined,
  { all, json }: { readonly all: boolean; readonly json: boolean },
  settings: Settings,
  signal: AbortSignal,
): Promise<void> {
  const service = name === undefined ? undefined : parseConsumer(name)
  await withDeadLetters(settings, signal, async letters => {
    const topics = await letters.list(service, all ? undefined : maxListed)
    printLines(json ? [JSON.stringify({ topics })] : listLines(topics))
  })
}

/** Prints one dead letter with the text of its chat. FLY_USAGE when there is none of that name. */
export async function showDeadLetter(
  letter: string,
  { json }: { readonly json: boolean },
  settings: Settings,
  signal: AbortSignal,
): Promise<void> {
  await withDeadLetters(settings, signal, async letters => {
    const found = await letters.find(letter)
    if (found) return printLines([JSON.stringify(found, undefined, json ? 0 : 2)])
    const how = 'give TOPIC/PARTITION@OFFSET as flywheel dlq list prints it'
    throw new Fault('FLY_USAGE', `there is no dead letter ${letter}: ${how}`)
  })
}

/** Re-drives the dead letters of a service to it; with `dryRun` prints what would be re-driven. */
export async function redriveDeadLetters(
  name: string,
  { topic, dryRun, json }: { readonly topic?: string; readonly dryRun: boolean; readonly json: boolean },
  settings: Settings,
  signal: AbortSignal,
): Promise<void> {
  const service = parseConsumer(name)
  const wanted = redriveTopics({ service, ...(topic !== undefined && { topic }) })
  const onMoved = (moved: number, of: number): void => void process.stderr.write(`${moved} of ${of} re-driven\n`)
  await withDeadLetters(settings, signal, async letters => {
    const topics: readonly DeadLetterCounts[] = dryRun
      ? (await letters.list(service, 0)).filter(unresolved => wanted.includes(unresolved.topic))
      : await letters.redrive(service, topic, onMoved)
    const counts = topics.map(({ topic: from, records, codes }) => ({ topic: from, records, codes }))
    const what = `${dryRun ? 'would be re-driven' : 're-driven'} to ${retryTopic(service)}`
    const lines = counts.map(count => `${countsLine(count)} ${what}`)
    printLines(json ? [JSON.stringify({ service, dryRun, topics: counts })] : linesOrNone(lines))
  })
}

const parseConsumer = (name: string): ServiceName =>
  parseService(name, consumingServices, 'consumes no topic, so it has no dead letters')

const listLines = (topics: readonly UnresolvedDeadLetters[]): readonly string[] =>
  linesOrNone(
    topics.flatMap(unresolved => {
      const { records, oldestFirstSeen, newestRefused, letters } = unresolved
      const unlisted = records - letters.length
      return [
        `${countsLine(unresolved)} unresolved; first seen ${formatTime(oldestFirstSeen)}, last refused ${formatTime(newestRefused)}`,
        ...letters.map(letter => `  ${deadLetterLine(letter)}`),
        ...(unlisted > 0 ? [`  and ${unlisted} more: --all lists them`] : []),
      ]
    }),
  )

function deadLetterLine({ topic, partition, offset, code, attempts, firstSeen, reason }: DeadLetterSummary): string {
  const tries = attempts === 1 ? '1 attempt' : `${attempts} attempts`
  // A reason may quote untrusted input.
  return `${topic}/${partition}@${offset} ${code}, ${tries}, first seen ${formatTime(firstSeen)}: ${escapeControls(reason)}`
}

function countsLine({ topic, records, codes }: DeadLetterCounts): string {
  const counts = Object.entries(codes)
    .map(([code, count]) => `${code} ${count}`)
    .sort()
  return `${topic}: ${records} (${counts.join(', ')})`
}

const linesOrNone = (lines: readonly string[]): readonly string[] =>
  lines.length > 0 ? lines : ['no unresolved dead letters']
const formatTime = (at: number): string => new Date(at).toISOString().slice(0, 19)
