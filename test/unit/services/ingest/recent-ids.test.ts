import { expect, it } from 'vitest'
import { createRecentIds } from '#services/ingest/recent-ids.ts'

const events = (...ids: string[]) => new Map(ids.map(id => [id, id]))
const content = (id: string): number => id.length

it('appends an id once, and not at all when it is in the log', async () => {
  const recent = createRecentIds()
  const appended: string[] = []
  const append = async (fresh: readonly string[]) => void appended.push(...fresh)
  recent.add('b', () => 7)
  expect(await recent.appendNew(events('a', 'b', 'c'), append, content)).toBe(2)
  expect(await recent.appendNew(events('a', 'c'), append, content)).toBe(0)
  expect(appended).toEqual(['a', 'c'])
  recent.add('b', () => 8)
  expect(['a', 'b', 'd'].map(recent.contentOf)).toEqual([1, 7, undefined])
})

it('a request with an id that is being appended waits for that append', async () => {
  const recent = createRecentIds()
  const first = Promise.withResolvers<void>()
  const one = recent.appendNew(events('a'), () => first.promise, content)
  let done = false
  const two = recent
    .appendNew(events('a', 'b'), async fresh => expect(fresh).toEqual(['b']), content)
    .finally(() => (done = true))
  await new Promise(setImmediate)
  expect(done).toBe(false)
  first.resolve()
  expect(await one).toBe(1)
  expect(await two).toBe(1)
})

it('it appends the id itself when the first append fails', async () => {
  const recent = createRecentIds()
  const first = Promise.withResolvers<void>()
  const one = recent.appendNew(events('a'), () => first.promise, content)
  const two = recent.appendNew(events('a'), async () => {}, content)
  first.reject(new Error('broker away'))
  await expect(one).rejects.toThrow('broker away')
  expect(await two).toBe(1)
})

it('requests with the same ids in different order do not deadlock', async () => {
  const recent = createRecentIds()
  const admitted = await Promise.all([
    recent.appendNew(events('a', 'b'), async () => {}, content),
    recent.appendNew(events('b', 'a'), async () => {}, content),
    recent.appendNew(events('a', 'c'), async () => {}, content),
  ])
  expect(admitted).toEqual([2, 0, 1])
})

it('keeps at least half of the limit and at most the limit', async () => {
  const recent = createRecentIds(10)
  for (let id = 0; id < 23; id++) recent.add(`${id}`, () => id)
  const known: number[] = []
  for (let id = 0; id < 23; id++) {
    const isNew = await recent
      .appendNew(events(`${id}`), () => Promise.reject(new Error('not asked')), content)
      .catch(() => 1)
    if (isNew === 0) known.push(id)
  }
  expect(known).toEqual([15, 16, 17, 18, 19, 20, 21, 22])
})
