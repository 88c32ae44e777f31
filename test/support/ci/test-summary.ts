/** What is needed of vitest's JSON report. */
export type VitestReport = {
  readonly success: boolean
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numPendingTests: number
  readonly numTodoTests: number
  readonly testResults: readonly {
    readonly name: string
    readonly status: string
    readonly message?: string
    readonly assertionResults: readonly { readonly status: string }[]
  }[]
}

export type TestSummary = { readonly line: string; readonly ok: boolean; readonly notes: readonly string[] }

/**
 * The closing line of a run, and whether it may count as good. A file that did not load, an error outside of any test, and
 * each of `failures` (steps besides the tests) count as one failure; a run in which nothing passed is not good.
 */
export function summarizeRun(report: VitestReport | undefined, failures: readonly string[] = []): TestSummary {
  const broken = (report?.testResults ?? [])
    .filter(
      ({ status, assertionResults }) => status === 'failed' && !assertionResults.some(test => test.status === 'failed'),
    )
    .map(({ name, message }) => `${name}: ${message?.split('\n', 1)[0] || 'did not run'}`)
  const failedTests = report?.numFailedTests ?? 0
  const elsewhere =
    report && !report.success && failedTests + broken.length === 0 ? ['an error outside of any test'] : []
  const notes = [...(report ? [] : ['the tests wrote no report']), ...broken, ...elsewhere, ...failures]
  const passed = report?.numPassedTests ?? 0
  const failed = failedTests + notes.length
  const skipped = (report?.numPendingTests ?? 0) + (report?.numTodoTests ?? 0)
  const line = `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
  return { line, ok: failed === 0 && passed > 0, notes }
}
