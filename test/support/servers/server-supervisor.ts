import { spawn } from 'node:child_process'
import { openSync, rmdirSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Runs a server for a test run and ends it when the run ends, also when the run is killed: standard input is a pipe from the
 * owner, which then closes. Arguments: log file, folder to remove at the end, command, its arguments.
 */
const [logFile = '', folder = '', command = '', ...args] = process.argv.slice(2)
const out = openSync(logFile, 'a')
const child = spawn(command, args, { stdio: ['ignore', out, out] })
let ownerGone = false

process.stdin.setEncoding('utf8')
process.stdin.on('data', (text: string) => {
  if (text.includes('kill')) child.kill('SIGKILL')
  if (text.includes('pause')) child.kill('SIGSTOP')
  if (text.includes('resume')) child.kill('SIGCONT')
})
process.stdin.on('end', () => {
  ownerGone = true
  child.kill('SIGCONT')
  child.kill('SIGTERM')
  setTimeout(() => child.kill('SIGKILL'), 15_000).unref()
})
child.on('exit', code => {
  // The folder of a killed server stays: the server is started again on it.
  if (ownerGone) remove()
  process.exit(code ?? 1)
})
function remove(): void {
  rmSync(folder, { recursive: true, force: true })
  try {
    rmdirSync(dirname(folder))
  } catch {
    // Other servers still use it.
  }
}

child.on('error', () => process.exit(127))
