/** Tells loudly that tests are left out, and why; where nothing may be left out (`CI` is set) it throws instead. */
export function skip(what: string, why: string): undefined {
  if (process.env.CI) throw new Error(`CI must run ${what}, but ${why}`)
  const line = '!'.repeat(100)
  console.warn(`\n${line}\n!!  SKIPPED: ${what}\n!!  because ${why}\n${line}\n`)
  return undefined
}
