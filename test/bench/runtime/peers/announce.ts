let announced = false

/** Tells the bench once that the first record has arrived, which starts its clock. */
export function announce(): void {
  if (announced) return
  announced = true
  process.stdout.write(`${JSON.stringify({ first: Date.now() })}\n`)
}

/** The bench ends a peer by closing its standard input, which also closes when the bench is killed. */
export function untilInputEnds(stop: () => void): void {
  process.stdin.resume().once('end', stop)
}
