import { expect, test } from 'vitest'
import { loadAdapter, loadManifest } from '#planners/linear/load.ts'
import { untunedManifest } from '#planners/linear/model/manifest.ts'
import { canonicalJson } from '#runtime/core/identity.ts'
import { inMemoryObjects } from '#test/support/doubles/in-memory-objects.ts'
import { tools } from './makers.ts'

const manifest = untunedManifest('desk', tools)

test.each([{ kind: 'chat' }, { format: 2 }])('a manifest of %o is not loaded', async other => {
  const objects = inMemoryObjects()
  const digest = await objects.put(Buffer.from(canonicalJson({ ...manifest, ...other })))
  await expect(loadManifest(objects, digest)).rejects.toMatchObject({ code: 'FLY_OBJECT' })
})

test('an adapter that is damaged or missing is FLY_OBJECT', async () => {
  const objects = inMemoryObjects()
  const damaged = await objects.put(Buffer.from('not safetensors'))
  for (const adapter of [damaged, 'absent'])
    await expect(loadAdapter(objects, { ...manifest, adapter })).rejects.toMatchObject({ code: 'FLY_OBJECT' })
  expect(await loadAdapter(objects, manifest)).toBeNull()
})
