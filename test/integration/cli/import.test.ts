import { execFile } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { httpError } from '#runtime/http/error.ts'
import { temporaryFolder } from '#test/support/folder.ts'
import { openHttpApi } from '#test/unit/services/ingest/http-api.make.ts'
import { topic } from '#topology/topic-names.ts'

const rows = 1600

/** A file of turns, an ingest whose log takes so many of them, and the command that sends them there. */
async function importing(room: number) {
  const path = join(temporaryFolder(), 'chats.jsonl')
  const plan = { calls: [{ tool: 'quote', arguments: 'x' }] }
  const lines = Array.from({ length: rows }, (_none, at) => JSON.stringify({ question: `question ${at}`, plan }))
  writeFileSync(path, lines.join('\n'))
  const log = { room, questions: [] as string[], requests: 0, busy: 0 }
  const { app } = await openHttpApi(temporaryFolder(), async ({ events }) => {
    log.requests++
    if (log.busy-- > 0) throw httpError(429, 'busy', 'later', 0)
    if (log.questions.length + events.length > log.room) throw new Error('disk full')
    log.questions.push(...events.flatMap(event => ('question' in event ? [String(event.question)] : [])))
  })
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  onTestFinished(() => app.close())
  log.requests = 0
  const command = async (...options: string[]) => {
    const all = ['services/_cli/main.ts', 'import', path, '--agent', 'desk', '--url', url, '--json', ...options]
    const { stdout, stderr } = await promisify(execFile)(process.execPath, all).catch(error => error)
    return { result: stdout === '' ? undefined : JSON.parse(stdout), told: stderr as string }
  }
  return { path, log, command }
}

test('a file arrives in order, and sent again it adds nothing', async () => {
  const { path, log, command } = await importing(rows)
  const { result, told } = await command()
  expect(result).toEqual({ rows, skipped: 0, bad: 0, resumedAt: 0, accepted: rows, duplicates: 0, otherContent: 0 })
  expect(told).toBe(
    `${path}: taken for jsonl\n` +
      'sent 500 of 1,600 rows\nsent 1,000 of 1,600 rows\nsent 1,500 of 1,600 rows\nsent 1,600 of 1,600 rows\n',
  )
  expect(log.questions).toEqual(Array.from({ length: rows }, (_none, at) => `question ${at}`))
  expect((await command()).result).toMatchObject({ accepted: 0, duplicates: rows })
  expect(existsSync(`${path}.place`)).toBe(false)
})

test('an interrupted import continues behind the acknowledged rows', async () => {
  const { path, log, command } = await importing(1200)
  const { told } = await command()
  expect(told).toContain('the first 1000 rows are in the log: --resume continues behind them')
  expect(told).toContain('ingest answered 500')
  log.room = rows
  log.requests = 0
  expect((await command('--resume')).result).toEqual({
    rows,
    skipped: 0,
    bad: 0,
    resumedAt: 1000,
    accepted: 600,
    duplicates: 0,
    otherContent: 0,
  })
  expect(log.requests).toBe(2)
  expect(log.questions).toEqual(Array.from({ length: rows }, (_none, at) => `question ${at}`))
  expect(existsSync(`${path}.place`)).toBe(false)
})

test('--skip-bad writes the bad rows to a file and sends the others', async () => {
  const { path, log, command } = await importing(rows)
  const lines = readFileSync(path, 'utf8').split('\n')
  writeFileSync(path, [lines[0], '{"question":7}', 'no JSON', lines[1]].join('\n'))
  expect((await command('--skip-bad', path)).told).toContain('is the imported file; name another')
  expect((await command('--skip-bad', `${path}.bad`)).result).toMatchObject({ rows: 4, bad: 2, accepted: 2 })
  expect(log.questions).toEqual(['question 0', 'question 1'])
  const bad = readFileSync(`${path}.bad`, 'utf8').trimEnd().split('\n')
  expect(bad.map(line => JSON.parse(line))).toEqual([
    { where: 'line 2', reason: expect.stringContaining('question: '), row: { question: 7 } },
    { where: 'line 3', reason: expect.stringContaining('not JSON') },
  ])
})

test('rows that are in the log with other content are listed, and the others are sent', async () => {
  const { path, log, command } = await importing(rows)
  const lines = readFileSync(path, 'utf8').split('\n')
  writeFileSync(path, lines.slice(0, 1000).join('\n'))
  await command()
  const changed = lines.map((line, at) => (at === 6 || at === 700 ? line.replace('question ', 'other ') : line))
  writeFileSync(path, changed.join('\n'))
  const { result, told } = await command()
  expect(result).toMatchObject({ rows, accepted: 600, duplicates: 998, otherContent: 2 })
  expect(told).toContain('2 records are in the log with other content, which is kept: line 7, line 701. Give')
  expect(log.questions).toEqual(Array.from({ length: rows }, (_none, at) => `question ${at}`))
})

test('a request to a busy ingest is repeated', async () => {
  const { log, command } = await importing(rows)
  log.busy = 3
  expect((await command()).result).toMatchObject({ accepted: rows, duplicates: 0 })
  expect(log.requests).toBe(7)
})

test('--resume needs saved progress of the same import', async () => {
  const { path, command } = await importing(rows)
  expect((await command('--resume')).told).toContain('no saved progress; leave out --resume')
  writeFileSync(`${path}.place`, JSON.stringify({ agent: 'other', kind: topic.feedback, rows: 3 }))
  expect((await command('--resume')).told).toContain('is of --agent other --kind feedback: leave out --resume')
})
