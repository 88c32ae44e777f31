/** Tells on stderr how far an import is: a bar in a terminal, else a line for each tenth. */
export type ImportProgress = {
  /** Rows looked at before anything is sent; how many there are is not known yet. */
  readonly showChecked: (rows: number) => void
  readonly showSent: (rows: number, of: number) => void
  /** Ends the bar, with a line to say. */
  readonly end: (text?: string) => void
}

const barWidth = 30
/** In a terminal, ms between two drawings. */
const redrawMs = 100

export function createImportProgress(
  stream: Pick<NodeJS.WriteStream, 'isTTY' | 'write'>,
  now: () => number,
): ImportProgress {
  let lastDrawnAt: number | undefined
  let tenth = 0
  const draw = (text: string): void => {
    stream.write(`\r\u001b[2K${text}`)
    lastDrawnAt = now()
  }
  const isDue = (): boolean => lastDrawnAt === undefined || now() - lastDrawnAt >= redrawMs
  return {
    showChecked(rows) {
      if (stream.isTTY && isDue()) draw(`checking: ${formatCount(rows)} rows`)
    },
    showSent(rows, of) {
      if (stream.isTTY) {
        if (isDue() || rows === of) draw(bar(rows, of))
        return
      }
      const reached = Math.floor((10 * rows) / of)
      if (reached > tenth) stream.write(`sent ${formatCount(rows)} of ${formatCount(of)} rows\n`)
      tenth = Math.max(tenth, reached)
    },
    end(text) {
      if (lastDrawnAt !== undefined) stream.write('\n')
      if (text !== undefined) stream.write(`${text}\n`)
    },
  }
}

const formatCount = (value: number): string => value.toLocaleString('en')

function bar(rows: number, of: number): string {
  const full = Math.floor((barWidth * rows) / of)
  const percent = Math.floor((100 * rows) / of)
  return `[${'#'.repeat(full)}${'.'.repeat(barWidth - full)}] ${percent}%  ${formatCount(rows)} of ${formatCount(of)} rows`
}
