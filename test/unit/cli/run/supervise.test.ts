import { type ChildProcess, spawn } from 'node:child_process'
import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { type ProcessEnd, type RestartLimits, superviseProcesses } from '#services/_cli/run/supervise.ts'
import { temporaryFolder } from '#test/support/folder.ts'
import { waitUntil } from '#test/support/wait-until.ts'

/** Runs until it is told to stop, and obeys. */
const obedient = 'setInterval(() => {}, 1000)'
/** Runs until it is told to stop, and then fails. */
const stubborn = "process.once('SIGTERM', () => process.exit(9)); setInterval(() => {}, 1000)"
const killed = "process.kill(process.pid, 'SIGKILL')"

/** Processes with these scripts under supervision; the scripts see how often theirs has been started as `starts`. */
function supervising(scripts: Readonly<Record<string, string>>, mayRestart: boolean, most = 2) {
  const folder = temporaryFolder()
  const startsOf = (name: string): number => {
    const file = join(folder, name)
    return existsSync(file) ? readFileSync(file, 'utf8').length : 0
  }
  const children: ChildProcess[] = []
  const startScript = (name: string, script: string): ChildProcess => {
    appendFileSync(join(folder, name), '.')
    // Signals reach it only when it has said so.
    const source = `const starts = ${startsOf(name)}; ${script}; process.stdout.write('ready')`
    const child = spawn(process.execPath, ['-e', source], { stdio: ['ignore', 'pipe', 'pipe'] })
    child.stdout.once('data', () => ready.add(child))
    children.push(child)
    return child
  }
  const ready = new Set<ChildProcess>()
  const restarts: RestartLimits = { most, withinMs: 60_000, backoff: { firstMs: 1, maxMs: 2 } }
  const restarted: ProcessEnd[] = []
  const stop = new AbortController()
  const done = superviseProcesses(
    Object.entries(scripts).map(([name, script]) => ({ name, start: () => startScript(name, script) })),
    { mayRestart: () => mayRestart, onRestart: end => void restarted.push(end), restarts },
    stop.signal,
  )
  const ended = done.then(
    () => undefined,
    (error: unknown) => error,
  )
  onTestFinished(async () => {
    stop.abort()
    for (const child of children) child.kill('SIGKILL')
    await ended
  })
  const isRunning = (child: ChildProcess): boolean => child.exitCode === null && child.signalCode === null
  return {
    ...{ stop, ended, restarted, startsOf },
    running: () => children.filter(isRunning).length,
    ready: () => children.filter(child => ready.has(child) && isRunning(child)).length,
  }
}

test('the first process to end is named with its last lines, and not those that were stopped because of it', async () => {
  const failing = "setTimeout(() => { console.error('the disk is full'); process.exit(3) }, 300)"
  const { ended, running } = supervising({ before: stubborn, failing, after: stubborn }, false)
  expect(await ended).toMatchObject({
    code: 'FLY_EXIT',
    message: expect.stringMatching(
      /^failing \(process \d+\) ended with code 3, and all were stopped; .*:\n {2}the disk is full$/,
    ),
    details: { service: 'failing', ended: 'code 3' },
  })
  expect(running()).toBe(0)
})

test('a process that was killed is started again, and the others go on', async () => {
  const dying = `console.error('start ' + starts); if (starts < 3) ${killed}; ${obedient}`
  const { ended, stop, startsOf, restarted, ready } = supervising({ other: obedient, dying }, true)
  await waitUntil('it runs again', () => startsOf('dying') === 3 && ready() === 2)
  expect(startsOf('other')).toBe(1)
  expect(restarted).toMatchObject([
    { name: 'dying', ended: 'SIGKILL', lastLines: ['start 1'] },
    { name: 'dying', ended: 'SIGKILL', lastLines: ['start 2'] },
  ])
  stop.abort()
  expect(await ended).toBeUndefined()
})

test('a process that ends again and again is given up, and all are stopped', async () => {
  const { ended, startsOf, running } = supervising({ other: obedient, dying: killed }, true)
  expect(await ended).toMatchObject({
    code: 'FLY_EXIT',
    message: expect.stringContaining('ended with SIGKILL, after it was started again 2 times, and all were stopped'),
  })
  expect([startsOf('dying'), running()]).toEqual([3, 0])
})

test('at the signal all are told to stop, and one that does not end as told is named', async () => {
  const { ended, stop, ready, running } = supervising({ obedient, stubborn }, true)
  await waitUntil('both run', () => ready() === 2)
  stop.abort()
  expect(await ended).toMatchObject({ code: 'FLY_EXIT', details: { service: 'stubborn', ended: 'code 9' } })
  expect(running()).toBe(0)
})

test('a program that cannot be started is named', async () => {
  const missing = superviseProcesses(
    [{ name: 'missing', start: () => spawn('/nowhere/node', { stdio: 'pipe' }) }],
    { mayRestart: () => false, onRestart: () => {} },
    new AbortController().signal,
  )
  await expect(missing).rejects.toThrow(/missing .* ended with an error: spawn \/nowhere\/node ENOENT/)
})
