import { readdirSync, statSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { at } from '#runtime/core/checked.ts'
import { digest } from '#runtime/core/identity.ts'
import { collectGarbage } from '#runtime/objects/collect-garbage.ts'
import { openFolderStore } from '#runtime/objects/folder.ts'
import type { SweepableStore } from '#runtime/objects/object-store.ts'
import { temporaryFolder } from '#test/support/folder.ts'
import { neverAborted } from '#test/support/never-aborted.ts'

const hour = 3_600_000

/** The objects of a model, like manifests and datasets: some name others, by number. */
const references: readonly (readonly number[])[] = [[], [0], [1]]
const contents: Buffer[] = []
for (const [number, named] of references.entries())
  contents.push(Buffer.from(`{"number":${number},"of":${JSON.stringify(named.map(other => nameOf(other)))}}`))
function nameOf(number: number): string {
  return digest(at(contents, number))
}
/** The objects that must be readable where these are. */
const withReferences = (numbers: Iterable<number>): ReadonlySet<number> =>
  new Set([...numbers].flatMap(number => [number, ...withReferences(at(references, number))]))

const object = fc.nat({ max: references.length - 1 })
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ what: fc.constant('put' as const), object }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('read' as const), object }) },
  { weight: 2, arbitrary: fc.constantFrom({ what: 'commit' as const }, { what: 'crash' as const }) },
  { weight: 3, arbitrary: fc.record({ what: fc.constant('forget' as const), object }) },
  { weight: 4, arbitrary: fc.record({ what: fc.constant('wait' as const), hours: fc.constantFrom(1, 13, 25) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      what: fc.constant('collect' as const),
      puts: fc.array(
        fc.record({ when: fc.constantFrom('listed' as const, 'marked' as const, 'sweeping' as const), object }),
        { maxLength: 2 },
      ),
      collectors: fc.constantFrom(1, 1, 2),
    }),
  },
)

test('what an event names, or will name within the time that a collection leaves, can be read; nothing else stays', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { size: 'max', maxLength: 25 }), async steps => {
      const model = createModel()
      for (const next of steps) {
        await model.run(next)
        await model.expectReadable()
      }
      await model.expectRestDeleted()
    }),
    { numRuns: 200 },
  )
})

type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

function createModel() {
  const folder = temporaryFolder()
  const store = openFolderStore(folder)
  /** Objects that events of the log name, and whether there was a collection since: a topic keeps its events for longer. */
  const named = new Map<number, boolean>()
  /** Objects whose event is not written yet, with the hours since they were put or read. */
  let pending: { readonly object: number; readonly hours: number }[] = []

  /** What an object names is stored before it, or is known from an event. */
  const put = async (number: number): Promise<void> => {
    const known = withReferences(named.keys())
    for (const other of at(references, number)) if (!known.has(other)) await put(other)
    await store.put(at(contents, number))
  }
  const putLater = async (number: number): Promise<void> => {
    await put(number)
    pending.push({ object: number, hours: 0 })
  }
  const wait = (hours: number): void => {
    // An event is written within a day.
    for (const { object: number } of pending.filter(one => one.hours + hours >= 24)) named.set(number, false)
    pending = pending.filter(one => one.hours + hours < 24).map(one => ({ ...one, hours: one.hours + hours }))
    makeOlder(folder, hours)
  }
  const collect = async (puts: readonly { readonly when: string; readonly object: number }[] = []): Promise<void> => {
    const putThose = async (when: string): Promise<void> => {
      for (const one of puts) if (one.when === when) await putLater(one.object)
    }
    let moved = false
    const watched: SweepableStore = {
      ...store,
      async moveToTrash(name) {
        if (!moved) await putThose('sweeping')
        moved = true
        await store.moveToTrash(name)
      },
    }
    // One record names no object of the model: a collection refuses a log that names none.
    const other = await store.put(Buffer.from('always named'))
    await collectGarbage(watched, {
      before: Date.now() - 24 * hour,
      dryRun: false,
      signal: neverAborted,
      async readRecords(onContent) {
        await putThose('listed')
        for (const name of [...[...named.keys()].map(nameOf), other])
          onContent(Buffer.from(`{"id":"x","object":"${name}"}`))
        await putThose('marked')
      },
    })
    for (const number of named.keys()) named.set(number, true)
  }
  return {
    async run(next: Step): Promise<void> {
      if (next.what === 'put') await putLater(next.object)
      else if (next.what === 'read') {
        // A service reads an event that names an object, and will write another that names it too.
        if (named.has(next.object)) pending.push({ object: next.object, hours: 0 })
      } else if (next.what === 'commit') {
        for (const { object: number } of pending) named.set(number, false)
        pending = []
      } else if (next.what === 'crash') pending = []
      else if (next.what === 'forget') {
        if (named.get(next.object)) named.delete(next.object)
      } else if (next.what === 'wait') wait(next.hours)
      else await Promise.all(Array.from({ length: next.collectors }, () => collect(next.puts)))
    },
    async expectReadable(): Promise<void> {
      for (const number of withReferences([...named.keys(), ...pending.map(({ object: one }) => one)]))
        expect(Buffer.from(await store.get(nameOf(number)))).toEqual(contents[number])
    },
    async expectRestDeleted(): Promise<void> {
      pending = []
      for (const hours of [25, 25]) {
        makeOlder(folder, hours)
        await collect()
      }
      const left = await Array.fromAsync(store.list())
      const expected = [...withReferences(named.keys())].map(nameOf)
      expect(left.map(one => one.digest).sort()).toEqual([...expected, digest('always named')].sort())
      expect(left.filter(({ inTrash }) => inTrash)).toEqual([])
    },
  }
}

/** Lets so many hours pass for all files. */
function makeOlder(folder: string, hours: number): void {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    const time = new Date(statSync(path).mtimeMs - hours * hour)
    utimesSync(path, time, time)
  }
}
