import { beforeEach, expect, test } from 'vitest'
import { shareLoaded } from '#planners/hosts/loaded-planners.ts'
import type { HostedPlanner } from '#planners/planner.ts'
import { fakePlanner } from '#test/support/doubles/fake-planner.ts'

let loads: string[]
let hosted: Map<string, ReturnType<typeof fakePlanner>>
let broken: Set<string>
let host: (digest: string) => Promise<HostedPlanner>

beforeEach(() => {
  loads = []
  hosted = new Map()
  broken = new Set()
  host = shareLoaded(async digest => {
    loads.push(digest)
    if (broken.has(digest)) throw new Error(`no ${digest}`)
    const planner = fakePlanner(digest, () => ({ tool: 'quote', confidence: null, margin: null, ranking: null }))
    hosted.set(digest, planner)
    return planner
  })
})

const closed = () => [...hosted].filter(([, planner]) => planner.closed() > 0).map(([digest]) => digest)
const names = (count: number) => Array.from({ length: count }, (_, at) => `p${at}`)

test('a planner is loaded once for all its users', async () => {
  await Promise.all([host('a'), host('a')])
  await host('a')
  expect(loads).toEqual(['a'])
})

test('a planner that nobody uses stays loaded, up to eight', async () => {
  for (const digest of names(8)) await (await host(digest)).close()
  expect(closed()).toEqual([])
  await (await host('p8')).close()
  expect(closed()).toEqual(['p0'])
})

test('what was asked for least recently is closed first, and nothing that is in use', async () => {
  const used = await host('p0')
  for (const digest of names(8).slice(1)) await (await host(digest)).close()
  await (await host('p1')).close()
  await (await host('p8')).close()
  expect(closed()).toEqual(['p2'])
  await used.close()
  await (await host('p9')).close()
  expect(closed()).toEqual(['p0', 'p2'])
})

test('closing twice counts once', async () => {
  const [one, other] = [await host('a'), await host('a')]
  await one.close()
  await one.close()
  for (const digest of names(9)) await (await host(digest)).close()
  expect(closed()).not.toContain('a')
  await other.close()
})

test('a load that failed is tried again', async () => {
  broken.add('a')
  await expect(host('a')).rejects.toThrow('no a')
  broken.clear()
  expect((await host('a')).digest).toBe('a')
})
