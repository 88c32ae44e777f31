import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, onTestFinished, test } from 'vitest'
import { readSettings } from '#runtime/config/config.ts'
import { openReader } from '#runtime/host/connections.ts'
import { folderOfQuestions } from '#test/journey/wheel.ts'
import { temporaryFolder } from '#test/support/folder.ts'
import { topic } from '#topology/topic-names.ts'

/** The demo's process is killed twice. The same command continues it, and no record is lost or duplicated. */
test('a killed demo continues where it was: accepted equals logged, no duplicates', async () => {
  const home = temporaryFolder()
  const data = folderOfQuestions(temporaryFolder())
  await killedAt(demo(home, data), /round 1: \d+ chats/)
  await killedAt(demo(home, data), /lora (RELEASED|rejected)/)
  const { result, code } = await finished(demo(home, data))
  expect(code).toBe(0)
  expect(result.counts.accepted).toBe(result.counts.logged)
  expect(result.goldUsed).toBe(240)
  expect(result.final.accuracy).toBeGreaterThan(result.base.accuracy)
  for (const name of [topic.chatLogs, topic.selectedSamples, topic.goldAnswers, topic.releases]) {
    const ids = await idsOf(home, name)
    expect(new Set(ids).size, name).toBe(ids.length)
  }
})

function demo(home: string, data: string): ChildProcess {
  const run = ['--once', '--json', '--port', '0', '--home', home]
  const options = ['demo', ...run, '--data', data, '--gold', '240', '--seed', '5']
  const child = spawn(process.execPath, ['services/_cli/main.ts', ...options], { stdio: ['ignore', 'pipe', 'pipe'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

async function killedAt(child: ChildProcess, line: RegExp): Promise<void> {
  let progress = ''
  child.stderr?.on('data', chunk => {
    progress += chunk
    if (line.test(progress)) child.kill('SIGKILL')
  })
  await once(child, 'exit')
  expect(progress).toMatch(line)
}

async function finished(child: ChildProcess) {
  let [out, progress] = ['', '']
  child.stdout?.on('data', chunk => {
    out += chunk
  })
  child.stderr?.on('data', chunk => {
    progress += chunk
  })
  const [code] = await once(child, 'close')
  expect(out, progress).not.toBe('')
  return { code, result: JSON.parse(String(out.trim().split('\n').at(-1))) }
}

async function idsOf(home: string, name: string): Promise<string[]> {
  const reader = await openReader(readSettings({ FLYWHEEL_HOME: home }))
  const ids: string[] = []
  const fold = async (records: readonly { readonly value: Buffer | null }[]): Promise<void> => {
    for (const { value } of records) if (value) ids.push(((await reader.codec.decodeAny(value)) as { id: string }).id)
  }
  await reader.log.read([name], { from: 'beginning', follow: false }, fold, new AbortController().signal)
  await reader.close()
  return ids
}
