/**
 * Returns a controller that is aborted by SIGTERM, by SIGINT, and when the parent process `flywheel up` exits. If this process is
 * still running after the time limit, it reports what is `unfinished` and exits with 1.
 */
export function stopOnSignal(withinMs: number, unfinished: () => readonly string[]): AbortController {
  const stop = new AbortController()
  const onTimeout = (): void => {
    const what = unfinished().join(', ') || 'what was opened for them'
    process.stderr.write(`FLY_BUG: ${withinMs / 1000} s after it was told to stop, this has not ended: ${what}\n`)
    process.exit(1)
  }
  const onStop = (): void => {
    stop.abort()
    setTimeout(onTimeout, withinMs).unref()
  }
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, onStop)
  // The IPC channel to the parent must not keep this process alive.
  process.once('disconnect', onStop)
  process.channel?.unref()
  return stop
}
