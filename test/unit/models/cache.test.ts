import { expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { withCache } from '#models/cache.ts'
import { openModelLedger } from '#models/ledger.ts'
import { openFolderStore } from '#runtime/objects/folder.ts'
import { ask, completion, scriptedModel } from '#test/support/doubles/scripted-model.ts'
import { temporaryFolder } from '#test/support/folder.ts'

const neverAborted = new AbortController().signal

function ledgerIn(home: string) {
  const ledger = openModelLedger(home)
  onTestFinished(() => ledger.close())
  return ledger
}

test('the same prompt is asked once, and another or a lost answer again', async () => {
  const home = temporaryFolder()
  const objects = openFolderStore(home)
  let hits = 0
  const inner = scriptedModel(completion('one'), completion('two'), completion('three'))
  const cached = () => withCache(inner, ledgerIn(home), objects, () => hits++)
  expect(await cached().complete(ask('q'), neverAborted)).toMatchObject({ text: 'one', usage: { inputTokens: 3 } })
  const usage = { inputTokens: 0, outputTokens: 0 }
  expect(await cached().complete(ask('q'), neverAborted)).toMatchObject({ text: 'one', model: 'm-1', usage })
  expect(await cached().complete(ask('q', 11), neverAborted)).toMatchObject({ text: 'two' })
  expect(hits).toBe(1)
  const emptied = { ...objects, has: async () => false }
  expect(await withCache(inner, ledgerIn(home), emptied, () => hits++).complete(ask('q'), neverAborted)).toMatchObject({
    text: 'three',
  })
})

test('neither refusals nor what the schema does not take is remembered', async () => {
  const home = temporaryFolder()
  const inner = scriptedModel({ refused: 'busy' }, completion('{"n": 1}'), completion('{"n": "now a word"}'))
  const cached = withCache(inner, ledgerIn(home), openFolderStore(home), () => {})
  expect(await cached.complete(ask('q'), neverAborted)).toEqual({ refused: 'busy' })
  expect(await cached.complete(ask('q'), neverAborted)).toMatchObject({ text: '{"n": 1}' })
  const stricter = { ...ask('q'), schema: z.object({ n: z.string() }) }
  expect(await cached.complete(stricter, neverAborted)).toMatchObject({ text: '{"n": "now a word"}' })
})
