import { setTimeout as pause } from 'node:timers/promises'

/** Waits for a condition, and says what did not come true. */
export async function waitUntil(
  what: string,
  condition: () => boolean | Promise<boolean>,
  milliseconds = 30_000,
): Promise<void> {
  const deadline = performance.now() + milliseconds
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`waited ${milliseconds} ms in vain: ${what}`)
    await pause(10)
  }
}
