import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readSettings } from '#runtime/config/config.ts'
import { openRuntime } from '#runtime/host/open-runtime.ts'
import { ensureTopics } from '#runtime/host/topics.ts'
import type { SampleScored } from '#schemas/events.ts'
import { temporaryFolder } from '#test/support/folder.ts'
import { skip } from '#test/support/skip.ts'
import { append, arbitraryScores, runFlywheel } from '../cli/rows.support.ts'
import { blockOf } from './pages.ts'

const page = 'docs/confusion.md'
const query = blockOf(page, 'sql')
const program = blockOf(page, 'python')
const [, agent = ''] = /agent = '(.+?)'/.exec(query) ?? []

const version = spawnSync('python3', ['--version'])
const python = version.status === 0 || skip('the confusion page', 'there is no python3')

/** Gold of the agent of the page, and what must not count: another agent, no gold, no trust, a correction, what was revised. */
function gold(): SampleScored[] {
  const tools = ['pay', 'refund', 'quote']
  const base = arbitraryScores(400).map((score, at): SampleScored => {
    const [planned = '', right = ''] = [tools[at % 3], tools[at % 7 === 0 ? (at + 1) % 3 : at % 3]]
    const about = {
      agent,
      sampleId: `s${at}`,
      plannedTool: planned,
      goldTool: right,
      source: 'gold',
      trusted: true,
    } as const
    return { ...score, ...about, arms: ['core'], inclusionProbability: 1 / (1 + (at % 4)) }
  })
  const [first, second, third, fourth, fifth] = base
  if (!first || !second || !third || !fourth || !fifth) throw new Error('there are 400')
  return [
    ...base,
    { ...first, agent: 'another' },
    { ...second, sampleId: 'a', source: 'production' },
    { ...third, sampleId: 'b', trusted: false },
    { ...fourth, sampleId: 'c', arms: ['core', 'correction'] },
    { ...fifth, goldTool: 'refund', plannedTool: 'pay', inclusionProbability: 0.01 },
  ]
}

describe.skipIf(!python)('the confusion page', () => {
  test('prints precision, recall and F1 of each tool, weighted to all turns of production', async () => {
    const home = temporaryFolder()
    const world = await openRuntime(readSettings({ FLYWHEEL_HOME: home, FLYWHEEL_LOG_LEVEL: 'silent' }))
    await ensureTopics(world)
    await world.codec.registerSchemas()
    const scores = gold()
    await append(world, scores)
    await world.close()

    const folder = temporaryFolder()
    const { status, out, errors } = await runFlywheel('sql', query, '--json', '--home', home)
    expect(status, errors).toBe(0)
    writeFileSync(join(folder, 'confusion.jsonl'), out)
    const { stdout, stderr } = spawnSync('python3', ['-c', program], { cwd: folder, encoding: 'utf8' })
    expect(stderr).toBe('')

    const counted = new Map(scores.slice(0, 400).map(score => [score.sampleId, score]))
    const [revised] = scores.slice(-1)
    if (revised) counted.set(revised.sampleId, revised)
    const turns = (keep: (score: SampleScored) => boolean): number =>
      [...counted.values()].filter(keep).reduce((sum, { inclusionProbability }) => sum + 1 / inclusionProbability, 0)
    const expected = ['pay', 'quote', 'refund'].map(tool => {
      const hits = turns(({ goldTool, plannedTool }) => goldTool === tool && plannedTool === tool)
      const planned = turns(({ plannedTool }) => plannedTool === tool)
      const right = turns(({ goldTool }) => goldTool === tool)
      const rows = [...counted.values()].filter(({ goldTool }) => goldTool === tool).length
      const shares = [hits / planned, hits / right, (2 * hits) / (planned + right)].map(share => share.toFixed(3))
      return [tool, ...shares, String(rows)]
    })
    const table = stdout
      .trim()
      .split('\n')
      .map(line => line.split(/ +/))
    expect(table).toEqual([['tool', 'precision', 'recall', 'F1', 'rows'], ...expected])
  })
})
