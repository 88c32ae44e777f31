const intervalMs = 500

/** Of the time that the event loop stood still, a process that is only stopped or waits for a disk uses less of a core. */
const minCpuShare = 0.25

/**
 * Calls `onBlocked` after code of this process held the event loop, with the time in milliseconds. Time in which the whole process
 * was stopped does not count: it will not happen again with the same record. Returns how to end it.
 */
export function watchEventLoop(onBlocked: (milliseconds: number) => void): () => void {
  let last = performance.now()
  let cpu = process.cpuUsage()
  const timer = setInterval(() => {
    const now = performance.now()
    const blocked = now - last - intervalMs
    const { user, system } = process.cpuUsage(cpu)
    if (blocked > intervalMs && (user + system) / 1_000 > blocked * minCpuShare) onBlocked(blocked)
    last = now
    cpu = process.cpuUsage()
  }, intervalMs)
  timer.unref()
  return () => clearInterval(timer)
}
