import { spawn } from 'node:child_process'
import { openSync, rmdirSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Runs a server for a test run and never lets it outlive the run, however that ends: standard input is a pipe from the
 * owner, which closes even when the owner is killed. Arguments: log file, folder to remove at the end, command, its arguments.
 */
const [logFile = '', folder = '', command = '', ...args] = process.argv.slice(2)
const out = openSync(logFile, 'a')
const child = spawn(command, args, { stdio: ['ignore', out, out] })
let ownerGone = false

process.stdin.setEncoding('utf8')
process.stdin.on('data', (order: string) => {
  if (order.includes('kill')) child.kill('SIGKILL')
})
process.stdin.on('end', () => {
  ownerGone = true
  child.kill('SIGTERM')
  setTimeout(() => child.kill('SIGKILL'), 15_000).unref()
})
child.on('exit', code => {
  // A killed server's folder stays: it is started again on it.
  if (ownerGone) remove()
  process.exit(code ?? 1)
})
function remove(): void {
  rmSync(folder, { recursive: true, force: true })
  try {
    rmdirSync(dirname(folder))
  } catch {
    // Others still use it.
  }
}

child.on('error', () => process.exit(127))
