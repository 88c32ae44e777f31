/** Rows of cells as text, columns under one another, numbers to the right; the first row is the head. */
export function table(rows: readonly (readonly (string | number)[])[]): string {
  const cells = rows.map(row => row.map(cell => (typeof cell === 'number' ? cell.toLocaleString('en') : cell)))
  const widths = cells[0]?.map((_, column) => Math.max(...cells.map(row => row[column]?.length ?? 0))) ?? []
  return cells
    .map((row, line) =>
      row.map((cell, column) => pad(cell, widths[column] ?? 0, typeof rows[line]?.[column] === 'number')).join('  '),
    )
    .join('\n')
}

const pad = (cell: string, width: number, right: boolean): string => (right ? cell.padStart(width) : cell.padEnd(width))
