import { expect, it } from 'vitest'
import { createRecent } from '#services/ingest/recent.ts'

const events = (...ids: string[]) => new Map(ids.map(id => [id, id]))

it('admits an id once, and what was seen elsewhere never', async () => {
  const recent = createRecent()
  const appended: string[] = []
  const append = async (fresh: readonly string[]) => void appended.push(...fresh)
  recent.saw('b')
  expect(await recent.admit(events('a', 'b', 'c'), append)).toBe(2)
  expect(await recent.admit(events('a', 'c'), append)).toBe(0)
  expect(appended).toEqual(['a', 'c'])
})

it('the second of two requests with the same id waits for the first', async () => {
  const recent = createRecent()
  const first = Promise.withResolvers<void>()
  const one = recent.admit(events('a'), () => first.promise)
  let done = false
  const two = recent.admit(events('a', 'b'), async fresh => expect(fresh).toEqual(['b'])).finally(() => (done = true))
  await new Promise(setImmediate)
  expect(done).toBe(false)
  first.resolve()
  expect(await one).toBe(1)
  expect(await two).toBe(1)
})

it('and appends it itself when the first fails', async () => {
  const recent = createRecent()
  const first = Promise.withResolvers<void>()
  const one = recent.admit(events('a'), () => first.promise)
  const two = recent.admit(events('a'), async () => {})
  first.reject(new Error('broker away'))
  await expect(one).rejects.toThrow('broker away')
  expect(await two).toBe(1)
})

it('requests that share ids crosswise both end', async () => {
  const recent = createRecent()
  const admitted = await Promise.all([
    recent.admit(events('a', 'b'), async () => {}),
    recent.admit(events('b', 'a'), async () => {}),
    recent.admit(events('a', 'c'), async () => {}),
  ])
  expect(admitted).toEqual([2, 0, 1])
})

it('remembers at least half of its limit and never more than the limit', async () => {
  const recent = createRecent(10)
  for (let id = 0; id < 23; id++) recent.saw(`${id}`)
  const known: number[] = []
  for (let id = 0; id < 23; id++) {
    const isNew = await recent.admit(events(`${id}`), () => Promise.reject(new Error('not asked'))).catch(() => 1)
    if (isNew === 0) known.push(id)
  }
  expect(known).toEqual([15, 16, 17, 18, 19, 20, 21, 22])
})
