import { existsSync, readFileSync } from 'node:fs'
import { summarizeRun } from './test-summary.ts'

/** `node ci-tally.ts REPORT [FAILED STEP]...` prints the closing line of `.ci/run`, last and alone. */
const [file = '', ...failures] = process.argv.slice(2)
const report = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined
const { line, ok, notes } = summarizeRun(report, failures)
for (const note of notes) console.log(`failed: ${note}`)
console.log(line)
process.exitCode = ok ? 0 : 1
