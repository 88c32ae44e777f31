import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readSettings } from '#runtime/config/config.ts'
import { openRuntime, type Runtime } from '#runtime/host/open-runtime.ts'
import { ensureTopics } from '#runtime/host/topics.ts'
import { temporaryFolder } from '#test/support/folder.ts'
import { runUntilTestEnds } from '#test/support/run-until-test-ends.ts'
import { deadLetterTopic } from '#topology/derive/names.ts'
import { topic } from '#topology/topic-names.ts'
import {
  append,
  arbitraryScores,
  inOrder,
  lines,
  parquetRows,
  rowOf,
  runFlywheel,
  type TailRecord,
} from './rows.support.ts'

const open = (home: string): Promise<Runtime> =>
  openRuntime(readSettings({ FLYWHEEL_HOME: home, FLYWHEEL_PORT: '0', FLYWHEEL_LOG_LEVEL: 'silent' }))

/** A data folder with scores, and one record that is no event. */
async function filled(count: number): Promise<string> {
  const home = temporaryFolder()
  const world = await open(home)
  await ensureTopics(world)
  await world.codec.registerSchemas()
  await append(world, arbitraryScores(count))
  await world.log.append([{ topic: topic.scoredSamples, key: 'agent-0', value: Buffer.from('not avro') }])
  await world.close()
  return home
}
const name = topic.scoredSamples
const all = ['--from-beginning', '--exit', '--json']
const tailed = async (home: string, ...args: string[]): Promise<TailRecord[]> =>
  lines<TailRecord>((await runFlywheel('tail', name, ...all, '--home', home, ...args)).out)

describe('tail --where', () => {
  test('prints the events for which the condition is true, and no records without an event', async () => {
    const home = await filled(300)
    const every = (await tailed(home)).filter(({ event }) => 'sampleId' in event)
    expect(every).toHaveLength(300)
    const condition = "trusted and (score < 0.5 or source in ('gold')) and len(arms) > 0 -- as in SQL"
    const expected = every.filter(
      ({ event: { trusted, score, source, arms } }) =>
        trusted && ((score !== null && score < 0.5) || source === 'gold') && arms.length > 0,
    )
    expect(expected.length).toBeGreaterThan(5)
    expect(await tailed(home, '--where', condition)).toEqual(expected)
    const placed = await tailed(home, '--where', '_partition = 1 and _offset < 5 and _key is not null')
    expect(placed).toEqual(every.filter(({ partition, offset }) => partition === 1 && offset < 5))
    expect(await tailed(home, '--where', "at < '2020-01-01'")).toEqual([])
  })

  test.each([
    ['scroe > 1', /^FLY_USAGE: there is no field scroe; there are id, parents, at, agent, .*, _key$/],
    ['score >', /^FLY_USAGE: syntax error/],
    ["question in (select content from read_text('/etc/passwd'))", /^FLY_USAGE: .*disabled by configuration$/],
    ['score > 1); DROP TABLE rows; --', /^FLY_USAGE: /],
  ])('refuses %s', async (condition, message) => {
    const home = await filled(1)
    const { status, out, errors } = await runFlywheel('tail', name, ...all, '--home', home, '--where', condition)
    expect([status, out, errors.trim()]).toEqual([1, '', expect.stringMatching(message)])
  })
})

describe('export', () => {
  test('in each format has the rows of tail, and a receipt that describes them', async () => {
    const home = await filled(400)
    const folder = temporaryFolder()
    const rows = (await tailed(home)).filter(({ event }) => 'sampleId' in event)
    const write = async (format: string) => {
      const out = join(folder, `scores.${format}`)
      const {
        status,
        out: said,
        errors,
      } = await runFlywheel(...['export', name, '--format', format, '--out', out, '--json', '--home', home])
      expect(status, errors).toBe(0)
      expect(errors).toMatch(/^400 rows/)
      return { out, receipt: JSON.parse(said) }
    }
    const parquet = await write('parquet')
    expect(await parquetRows(parquet.out)).toEqual(rows.map(rowOf))
    const spans = [...Map.groupBy(rows, ({ partition }) => partition)].map(([partition, some]) => ({
      ...{ partition, first: some[0]?.offset, last: some.at(-1)?.offset, rows: some.length },
    }))
    expect(parquet.receipt).toEqual({
      ...{ topic: name, file: parquet.out, format: 'parquet', since: null, rows: 400, without: 1, partitions: spans },
      sha256: createHash('sha256').update(readFileSync(parquet.out)).digest('hex'),
    })
    const jsonl = await write('jsonl')
    expect(lines(readFileSync(jsonl.out, 'utf8'))).toEqual(rows.map(rowOf))
    const csv = await write('csv')
    expect(readFileSync(csv.out, 'utf8')).toMatch(/^id,parents,at,agent,.*_key\n/)
    expect(readdirSync(folder).toSorted()).toEqual(['scores.csv', 'scores.jsonl', 'scores.parquet'])
  })

  test('works through running services, since a time', async () => {
    const home = temporaryFolder()
    const world = await open(home)
    const { urlOf } = await runUntilTestEnds(world, ['console'])
    const port = new URL(urlOf('console')).port
    const scores = arbitraryScores(5_000)
    await append(world, scores.slice(0, 2_000))
    const rows = await tailed(home, '--port', port)
    const last = Math.max(...rows.map(({ timestamp }) => timestamp))
    await append(world, scores.slice(2_000))
    const since = (await tailed(home, '--port', port)).filter(({ timestamp }) => timestamp > last)
    const out = join(temporaryFolder(), 'late.parquet')
    const args = ['--since', String(last + 1), '--out', out, '--home', home, '--port', port]
    const { status, errors } = await runFlywheel('export', name, ...args)
    expect(status, errors).toBe(0)
    expect(inOrder(await parquetRows(out))).toEqual(inOrder(since.map(rowOf)))
    expect(since.length).toBeGreaterThan(0)
  })

  test('that fails leaves an earlier file unchanged', async () => {
    const home = await filled(5)
    const folder = temporaryFolder()
    const out = join(folder, 'scores.parquet')
    writeFileSync(out, 'precious')
    const unknown = await runFlywheel('export', 'gossip', '--out', out, '--home', home)
    expect(unknown.errors).toMatch(/FLY_USAGE: there is no topic gossip; known are agents, /)
    const nowhere = await runFlywheel('export', name, '--out', join(folder, 'no', 'x.parquet'), '--home', home)
    expect([nowhere.status, nowhere.errors]).toEqual([1, expect.stringMatching(/^FLY_USAGE: .*cannot be written/)])
    expect([readFileSync(out, 'utf8'), readdirSync(folder)]).toEqual(['precious', ['scores.parquet']])
  })
})

describe('sql', () => {
  const ask = async (home: string, query: string, ...args: string[]) =>
    runFlywheel('sql', query, '--home', home, ...args)

  test('answers over the topics in the query: JSON with one object per row, or a table', async () => {
    const home = await filled(200)
    const rows = await tailed(home)
    const query = `select agent, count(*) n, max(_offset) newest, {'first': min("at"), arms: [1, 2]} nested
      from "${name}" join (select 1) on true group by agent order by agent`
    const { out, errors } = await ask(home, query, '--json')
    expect(errors).toMatch(/1 records are no events/)
    const events = rows.flatMap(row => ('sampleId' in row.event ? [row] : []))
    const expected = [...Map.groupBy(events, ({ event }) => event.agent)].toSorted(([a], [b]) => (a < b ? -1 : 1))
    expect(lines(out)).toEqual(
      expected.map(([agent, some]) => ({
        ...{ agent, n: some.length, newest: Math.max(...some.map(({ offset }) => offset)) },
        nested: { first: new Date(Math.min(...some.map(({ event }) => event.at))).toISOString(), arms: [1, 2] },
      })),
    )
    const value = "1.5 as n, 'a' || chr(27) || '[31m' as text, [1.5, null] as list, 9007199254740993 as big, null as no"
    expect((await ask(home, `select ${value}`)).out.split('\n')).toEqual([
      '  n  text         list        big               no',
      '---  -----------  ----------  ----------------  --',
      '1.5  a\\u001b[31m  [1.5,null]  9007199254740993',
      '',
    ])
  })

  test('leaves no temporary file, also when the reader of stdout closes the pipe', async () => {
    const home = await filled(3_000)
    const scratch = temporaryFolder()
    const args = ['services/_cli/main.ts', 'sql', `from "${name}"`, '--json', '--home', home]
    const child = spawn(process.execPath, args, { env: { ...process.env, TMPDIR: scratch } })
    const ended = new Promise<number | null>(resolve => child.once('exit', resolve))
    child.stdout.once('data', () => child.stdout.destroy())
    expect([await ended, readdirSync(scratch)]).toEqual([0, []])
  })

  test('a topic with several schemas has its events as JSON', async () => {
    const home = await filled(1)
    const world = await open(home)
    const letters = deadLetterTopic(topic.chatLogs, 'sampler')
    await world.log.append([{ topic: letters, key: 'c', value: Buffer.from('x') }])
    await world.close()
    const { out } = await ask(home, `select event->>'bytes' as text, _key from "${letters}"`, '--json')
    expect(lines(out)).toEqual([{ text: 'eA==', _key: 'c' }])
  })

  test.each([
    ['select 1; select 2', /give one query, not 2/],
    [`delete from "${name}"`, /Only SELECT/],
    [`copy (select 1) to '/tmp/x'`, /Only SELECT/],
    ['select * from gossip', /there is no topic gossip; known are agents, /],
    ["select * from read_text('/etc/passwd')", /disabled by configuration/],
    ["select * from '/etc/passwd'", /there is no topic/],
    [`select scroe from "${name}"`, /there is no field scroe; there are id, parents/],
    ['selct', /syntax error.*double quotes/],
  ])('refuses %s', async (query, message) => {
    const home = await filled(1)
    const { status, out, errors } = await ask(home, query, '--json')
    expect([status, out, errors]).toEqual([1, '', expect.stringMatching(message)])
  })
})
