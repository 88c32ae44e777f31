import type { Settings } from '#runtime/config/config.ts'
import { Fault } from '#runtime/core/faults.ts'
import type { DeadLetterSummary } from '#runtime/dead-letters/dead-letter.ts'
import type { DiscardedLetter, LetterPage, UnresolvedTopic } from '#runtime/dead-letters/list.ts'
import { discardReason } from '#runtime/dead-letters/named-letters.ts'
import { redriveTopics } from '#runtime/dead-letters/redrive.ts'
import type { DeadLetterCounts } from '#runtime/dead-letters/unresolved.ts'
import { consumingServices } from '#topology/derive/definitions.ts'
import { retryTopic } from '#topology/derive/names.ts'
import type { ServiceName } from '#topology/types.ts'
import { escapeControls, printLines, writeStdout } from '../output.ts'
import { parseService } from '../parse-service.ts'
import { type DeadLetterAccess, withDeadLetters } from './access.ts'

/** Dead letters of each topic that are listed without `--all`. */
const maxListed = 20
/** Dead letters that are read at a time with `--all`. */
const pageSize = 1_000

type ListOptions = { readonly all: boolean; readonly discarded: boolean; readonly json: boolean }

/** Prints the unresolved or the discarded dead letters. The text of the chats is not printed. */
export async function listDeadLetters(
  name: string | undefined,
  { all, discarded, json }: ListOptions,
  settings: Settings,
  signal: AbortSignal,
): Promise<void> {
  const service = name === undefined ? undefined : parseConsumer(name)
  await withDeadLetters(settings, signal, async letters => {
    if (discarded) {
      const found = await letters.discarded(service)
      return printLines(json ? [JSON.stringify({ letters: found })] : discardedLines(found))
    }
    if (all && json) return printPages(pagesOf(letters, service), letter => JSON.stringify(letter))
    const topics = await letters.topics(service)
    if (json) {
      const listed = topics.map(async of => ({ ...of, letters: (await firstPage(letters, of)).letters }))
      return printLines([JSON.stringify({ topics: await Promise.all(listed) })])
    }
    if (topics.length === 0) return printLines(['no unresolved dead letters'])
    for (const of of topics) {
      printLines([topicLine(of)])
      if (all) await printPages(pagesOf(letters, of.service, of.topic), letterLine)
      else printLines(pageLines(of, await firstPage(letters, of)))
    }
  })
}

const firstPage = (letters: DeadLetterAccess, { service, topic }: UnresolvedTopic): Promise<LetterPage> =>
  letters.page(service, { topic, limit: maxListed })

/** The pages of all unresolved dead letters, one after the other. */
async function* pagesOf(
  letters: DeadLetterAccess,
  service: ServiceName | undefined,
  topic?: string,
): AsyncGenerator<LetterPage> {
  const query = { limit: pageSize, ...(topic !== undefined && { topic }) }
  let page = await letters.page(service, query)
  yield page
  while (page.next !== null) {
    page = await letters.page(service, { ...query, cursor: page.next })
    yield page
  }
}

async function printPages(
  pages: AsyncIterable<LetterPage>,
  toLine: (letter: DeadLetterSummary) => string,
): Promise<void> {
  for await (const { letters } of pages) await writeStdout(letters.map(letter => `${toLine(letter)}\n`).join(''))
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

type RedriveOptions = {
  readonly topic?: string
  readonly only?: readonly string[]
  readonly dryRun: boolean
  readonly json: boolean
}

/** Re-drives the dead letters of a service to it; with `dryRun` prints what would be re-driven. */
export async function redriveDeadLetters(
  name: string,
  { topic, only, dryRun, json }: RedriveOptions,
  settings: Settings,
  signal: AbortSignal,
): Promise<void> {
  const service = parseConsumer(name)
  if (only && (topic !== undefined || dryRun))
    throw new Fault('FLY_USAGE', '--only names the dead letters: give it without --topic and --dry-run')
  const request = { service, dryRun, ...(topic !== undefined && { topic }), ...(only && { only }) }
  redriveTopics(request)
  const onMoved = (moved: number, of: number): void => void process.stderr.write(`${moved} of ${of} re-driven\n`)
  await withDeadLetters(settings, signal, async letters => {
    const topics = await letters.redrive(request, onMoved)
    const what = `${dryRun ? 'would be re-driven' : 're-driven'} to ${retryTopic(service)}`
    const lines = topics.map(count => `${countsLine(count)} ${what}`)
    const order = only ? ['earlier unresolved dead letters of the same keys, if any, are now behind these'] : []
    printLines(json ? [JSON.stringify({ service, dryRun, topics })] : [...linesOrNone(lines), ...order])
  })
}

/** Discards dead letters of a service. */
export async function discardDeadLetters(
  name: string,
  named: readonly string[],
  { why, json }: { readonly why: string; readonly json: boolean },
  settings: Settings,
  signal: AbortSignal,
): Promise<void> {
  const service = parseConsumer(name)
  const { data: given, error } = discardReason.safeParse(why)
  if (given === undefined) throw new Fault('FLY_USAGE', `--why: ${error?.issues[0]?.message}`)
  await withDeadLetters(settings, signal, async letters => {
    const topics = await letters.discard(service, named, given)
    const lines = topics.map(count => `${countsLine(count)} discarded`)
    printLines(json ? [JSON.stringify({ service, topics })] : lines)
  })
}

const parseConsumer = (name: string): ServiceName =>
  parseService(name, consumingServices, 'consumes no topic, so it has no dead letters')

function topicLine(topic: UnresolvedTopic): string {
  const { more, oldestFirstSeen, newestRefused } = topic
  const counted = more ? ' or more' : ''
  return `${countsLine(topic)}${counted} unresolved; first seen ${formatTime(oldestFirstSeen)}, last refused ${formatTime(newestRefused)}`
}

function pageLines({ records, more }: UnresolvedTopic, { letters }: LetterPage): readonly string[] {
  const unlisted = records - letters.length
  const others = unlisted > 0 ? [`  and ${unlisted}${more ? ' or more' : ''} others: --all lists them`] : []
  return [...letters.map(letterLine), ...others]
}

function letterLine({ topic, partition, offset, code, attempts, firstSeen, reason: why }: DeadLetterSummary): string {
  const tries = attempts === 1 ? '1 attempt' : `${attempts} attempts`
  // A reason may quote untrusted input.
  return `  ${topic}/${partition}@${offset} ${code}, ${tries}, first seen ${formatTime(firstSeen)}: ${escapeControls(why)}`
}

const discardedLines = (letters: readonly DiscardedLetter[]): readonly string[] =>
  letters.length === 0
    ? ['no discarded dead letters']
    : letters.map(
        ({ topic, partition, offset, code, at, by, why }) =>
          `${topic}/${partition}@${offset} ${code}, discarded ${formatTime(at)} by ${escapeControls(by)}: ${escapeControls(why)}`,
      )

function countsLine({ topic, records, codes }: DeadLetterCounts): string {
  const counts = Object.entries(codes)
    .map(([code, count]) => `${code} ${count}`)
    .sort()
  return `${topic}: ${records} (${counts.join(', ')})`
}

const linesOrNone = (lines: readonly string[]): readonly string[] =>
  lines.length > 0 ? lines : ['no unresolved dead letters']
const formatTime = (at: number): string => new Date(at).toISOString().slice(0, 19)
