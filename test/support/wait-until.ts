import { setTimeout as pause } from 'node:timers/promises'

/** Waits until a condition is true. After the time it throws with the name of the condition. */
export async function waitUntil(
  what: string,
  condition: () => boolean | Promise<boolean>,
  milliseconds = 30_000,
): Promise<void> {
  const deadline = performance.now() + milliseconds
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`not within ${milliseconds} ms: ${what}`)
    await pause(10)
  }
}
