/** Prints a notice that tests are skipped, and why. With `CI` set, where no test may be skipped, it throws instead. */
export function skip(what: string, why: string): undefined {
  if (process.env.CI) throw new Error(`CI must run ${what}, but ${why}`)
  const line = '!'.repeat(100)
  console.warn(`\n${line}\n!!  SKIPPED: ${what}\n!!  because ${why}\n${line}\n`)
  return undefined
}
