import { formatCount, tableLines } from '#services/_cli/output.ts'

/** A table as text; columns with numbers are aligned to the right. The first row is the head. */
export function table([head = [], ...rows]: readonly (readonly (string | number)[])[]): string {
  const text = (cell: string | number): string => (typeof cell === 'number' ? formatCount(cell) : cell)
  const numeric = new Set(head.keys().filter(column => rows.some(row => typeof row[column] === 'number')))
  return tableLines(
    head.map(text),
    rows.map(row => row.map(text)),
    numeric,
  ).join('\n')
}
