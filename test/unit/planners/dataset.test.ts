import { expect, test } from 'vitest'
import { readDataset } from '#planners/dataset.ts'
import { canonicalJson } from '#runtime/core/identity.ts'
import { gold } from '#test/support/data/tuning.ts'
import { inMemoryObjects } from '#test/support/doubles/in-memory-objects.ts'

async function read(training: typeof gold, held: typeof gold) {
  const objects = inMemoryObjects()
  const put = (object: object) => objects.put(Buffer.from(canonicalJson(object)))
  const dataset = await put({ format: 1, agent: 'desk', version: 1, rows: training })
  return readDataset(objects, dataset, await put({ format: 1, agent: 'desk', rows: held }))
}

test('a dataset is read beside its evaluation set', async () => {
  expect((await read(gold.slice(5), gold.slice(0, 5))).rows).toEqual(gold.slice(5))
})

test('a family that is in both is FLY_LEAK, and named', async () => {
  const [shared] = gold
  await expect(read(gold, gold.slice(0, 1))).rejects.toMatchObject({
    code: 'FLY_LEAK',
    details: { families: [shared?.family] },
  })
})
