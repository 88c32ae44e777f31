import { once } from 'node:events'
import { at } from '#runtime/core/checked.ts'

/** Writes to stdout; resolves when its reader can take more. */
export async function writeStdout(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain')
}

/** Writes lines to stdout. */
export function printLines(lines: readonly string[]): void {
  process.stdout.write(lines.map(line => `${line}\n`).join(''))
}

/** A share of 0 to 1 as a percentage: 0.128 is 12.8%. */
export const formatPercent = (share: number): string => `${(100 * share).toFixed(1)}%`

/** 1234567 as 1,234,567. */
export const formatCount = (count: number): string => count.toLocaleString('en')

/** Text with control characters escaped: chat text cannot move the cursor, colour the terminal or reverse the line. */
export function escapeControls(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    character => `\\u${character.codePointAt(0)?.toString(16).padStart(4, '0')}`,
  )
}

/** A table as lines: the head, a rule, the rows. Columns are aligned; those given by index to the right. */
export function tableLines(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  rightAligned: ReadonlySet<number> = new Set(),
): readonly string[] {
  const widths = head.map((_name, column) => Math.max(...[head, ...rows].map(row => at(row, column).length)))
  const padded = (cell: string, column: number): string =>
    rightAligned.has(column) ? cell.padStart(at(widths, column)) : cell.padEnd(at(widths, column))
  const rule = widths.map(width => '-'.repeat(width))
  return [head, rule, ...rows].map(row => row.map(padded).join('  ').trimEnd())
}
