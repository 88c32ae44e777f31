import { serviceDefinitions, serviceNames, servicesThat, topicDefinitions, topicNames } from './definitions.ts'

type Row = readonly string[]

/** A Markdown table; `|` and line breaks in cells are escaped. */
function table(head: Row, rows: readonly Row[]): string {
  const line = (cells: Row): string =>
    `| ${cells.map(cell => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`
  return [line(head), `|${head.map(() => '---|').join('')}`, ...rows.map(line)].join('\n')
}

const code = (text: string | number): string => `\`${text}\``
const list = (names: readonly string[]): string => names.map(code).join(' ')

/** One row per service, in the order of the map. */
export function servicesTable(): string {
  return table(
    ['service', 'why', 'reads', 'follows', 'writes', 'late after', 'port'],
    serviceNames.map(name => {
      const { why, reads, follows, writes, maxLagSeconds, port } = serviceDefinitions[name]
      const link = `[${name}](services/${name}/README.md)`
      return [link, why, list(reads), list(follows), list(writes), `${maxLagSeconds} s`, `+${port}`]
    }),
  )
}

/** One row per topic of the map. */
export function topicsTable(): string {
  return table(
    ['topic', 'event', 'key', 'partitions', 'kept', 'written by', 'read by', 'followed by'],
    topicNames.map(name => {
      const { event, key, partitions, keep, externalWriters, writtenByRuntime } = topicDefinitions[name]
      const kept = typeof keep === 'number' ? `${keep} days` : keep === 'compact' ? 'newest of each key' : keep
      const writers = [
        ...servicesThat('writes', name),
        ...(externalWriters ? ['production systems'] : []),
        ...(writtenByRuntime ? ['every service that reads topics'] : []),
      ].join(', ')
      const link = `[${event}](schemas/${event}.avsc)`
      const readers = [servicesThat('reads', name).join(', '), servicesThat('follows', name).join(', ')]
      return [code(name), link, code(key), String(partitions), kept, writers, ...readers]
    }),
  )
}

/** One row per setting. */
export function settingsTable(
  settings: readonly {
    readonly variable: string
    readonly about: string
    readonly default: string | number | boolean | undefined
  }[],
): string {
  return table(
    ['variable', 'what it is', 'default'],
    settings.map(({ variable, about, default: preset }) => [
      code(variable),
      about,
      preset === undefined ? '' : code(String(preset)),
    ]),
  )
}

/** One row per fault. */
export function faultsTable(
  faults: Readonly<Record<string, { readonly action: string; readonly means: string }>>,
): string {
  return table(
    ['code', 'what it means', 'what happens next'],
    Object.entries(faults).map(([name, { means, action }]) => [code(name), means, action]),
  )
}

/** One row per field of an event, with its doc. */
export function fieldsTable({ fields = [] }: { readonly fields?: readonly { name: string; doc?: string }[] }): string {
  return table(
    ['field', 'what it is'],
    fields.map(({ name, doc = '' }) => [code(name), doc]),
  )
}
