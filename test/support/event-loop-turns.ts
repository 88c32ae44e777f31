/** How many times the event loop turns until the work has ended. */
export async function turnsDuring(work: Promise<unknown>): Promise<number> {
  let turns = 0
  let ended = false
  const turn = (): void => {
    turns++
    if (!ended) setImmediate(turn)
  }
  setImmediate(turn)
  await work.finally(() => {
    ended = true
  })
  return turns
}
