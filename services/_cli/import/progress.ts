/** Tells on stderr how far an import is: a bar in a terminal, else a line for each tenth. */
export type Progress = {
  /** Rows looked at before anything is sent; how many there are is not known yet. */
  readonly checked: (rows: number) => void
  readonly sent: (rows: number, of: number) => void
  /** Ends the bar, with a line to say. */
  readonly end: (text?: string) => void
}

const width = 30
/** In a terminal, ms between two drawings. */
const every = 100

export function createProgress(stream: Pick<NodeJS.WriteStream, 'isTTY' | 'write'>, now: () => number): Progress {
  let drawn: number | undefined
  let tenth = 0
  const draw = (text: string): void => {
    stream.write(`\r\u001b[2K${text}`)
    drawn = now()
  }
  const isTime = (): boolean => drawn === undefined || now() - drawn >= every
  return {
    checked(rows) {
      if (stream.isTTY && isTime()) draw(`checking: ${number(rows)} rows`)
    },
    sent(rows, of) {
      if (stream.isTTY) {
        if (isTime() || rows === of) draw(bar(rows, of))
        return
      }
      const reached = Math.floor((10 * rows) / of)
      if (reached > tenth) stream.write(`sent ${number(rows)} of ${number(of)} rows\n`)
      tenth = Math.max(tenth, reached)
    },
    end(text) {
      if (drawn !== undefined) stream.write('\n')
      if (text !== undefined) stream.write(`${text}\n`)
    },
  }
}

const number = (value: number): string => value.toLocaleString('en')

function bar(rows: number, of: number): string {
  const full = Math.floor((width * rows) / of)
  const percent = Math.floor((100 * rows) / of)
  return `[${'#'.repeat(full)}${'.'.repeat(width - full)}] ${percent}%  ${number(rows)} of ${number(of)} rows`
}
