import { beforeEach, expect, it } from 'vitest'
import { createServedPlanners, type ServedPlanners, type ServingPorts } from '#services/gateway/served-planners.ts'
import { fakePlanner } from '#test/support/doubles/fake-planner.ts'
import { desk, release } from './make.ts'

let now: number
let stored: string[]
let loads: string[]
let hosted: ReturnType<typeof fakePlanner>[]
/** Digests that cannot be loaded, and those whose load waits. */
let broken: Set<string>
let waiting: Map<string, PromiseWithResolvers<void>>
let served: ServedPlanners

beforeEach(() => {
  now = 10_000
  stored = []
  loads = []
  hosted = []
  broken = new Set()
  waiting = new Map()
  const ports: ServingPorts = {
    clock: { now: () => now },
    objects: {
      put: async content => {
        stored.push(content.toString())
        return ''
      },
    },
    planners: {
      async host(digest) {
        loads.push(digest)
        await waiting.get(digest)?.promise
        if (broken.has(digest)) throw new Error(`no ${digest}`)
        const planner = fakePlanner(digest, () => ({ tool: 'quote', confidence: null, margin: null, ranking: null }))
        hosted.push(planner)
        return planner
      },
    },
  }
  served = createServedPlanners(ports)
})

const answering = async () => (await served.status('desk'))?.loaded?.planner.digest
/** Lets everything go on that waits for nothing outside. */
const idle = () => new Promise(setImmediate)

it('knows nothing of an agent that was not described', async () => {
  expect(await served.status('desk')).toBeUndefined()
})

it('serves no agent that was removed until it is described again', async () => {
  served.described(desk())
  served.described({ ...desk(), removed: true })
  served.released(release('p1'))
  expect(await served.status('desk')).toBeUndefined()
  expect(served.agents()).toEqual([])
  served.described(desk())
  expect(await answering()).toBeDefined()
})

it('stores the untuned planner before it loads it', async () => {
  served.described(desk())
  expect(await answering()).toBe((await served.status('desk'))?.wanted.digest)
  expect(stored).toEqual([expect.stringContaining('"kind":"embedded"')])
})

it('the old planner answers until the new one is loaded, and only the newest of many is waited for', async () => {
  served.described(desk())
  const base = await answering()
  const slow = Promise.withResolvers<void>()
  waiting.set('p1', slow)
  for (const planner of ['p1', 'p2', 'p3']) served.released(release(planner))
  expect(await answering()).toBe(base)
  slow.resolve()
  await idle()
  expect(await served.status('desk')).toMatchObject({
    loaded: { planner: { digest: 'p3' }, release: 'release of p3', since: now },
  })
  expect(loads.slice(1)).toEqual(['p1', 'p3'])
  // Each was closed when the next had been loaded, the last one is in use.
  expect(hosted.map(planner => planner.closed())).toEqual([1, 1, 0])
})

it('a planner that does not load leaves the old one, says so, and is tried again after a while', async () => {
  served.released(release('p1'))
  await answering()
  broken.add('p2')
  served.released(release('p2'))
  await idle()
  expect(await served.status('desk')).toMatchObject({
    loaded: { planner: { digest: 'p1' } },
    failing: { digest: 'p2', message: 'no p2', at: now },
  })
  broken.clear()
  await answering()
  await idle()
  expect(await answering()).toBe('p1')
  now += 5_000
  await answering()
  await idle()
  expect(await served.status('desk')).toMatchObject({ loaded: { planner: { digest: 'p2' } }, failing: undefined })
})

it('a roll-back to what still answers mends a failed release', async () => {
  served.released(release('p1'))
  await answering()
  broken.add('p2')
  served.released(release('p2'))
  await idle()
  served.released(release('p1', { id: 'back', outcome: 'rolledBack' }))
  await idle()
  expect(await served.status('desk')).toMatchObject({
    loaded: { planner: { digest: 'p1' }, release: 'back' },
    failing: undefined,
  })
})
