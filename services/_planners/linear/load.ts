import { Fault } from '#runtime/core/faults.ts'
import type { WorkerPool } from '#runtime/core/worker-pool.ts'
import { getJson, type ObjectStore } from '#runtime/objects/object-store.ts'
import type { ExampleStores } from '../examples/example-set.ts'
import type { LoraAdapter } from './model/adapter.ts'
import { decodeAdapter } from './model/adapter-file.ts'
import type { LinearManifest } from './model/manifest.ts'

/** What the linear kind works with. */
export type LinearParts = ExampleStores & { readonly workerPool: WorkerPool }

/** FLY_OBJECT when there is no such manifest, or it is not of this kind and format. */
export async function loadManifest(objects: ObjectStore, digest: string): Promise<LinearManifest> {
  const manifest = await getJson<LinearManifest>(objects, digest)
  if (manifest.kind === 'embedded' && manifest.format === 1) return manifest
  throw new Fault('FLY_OBJECT', `${digest} is not the manifest of a linear planner of format 1`, { digest })
}

/** Null for a planner without an adapter. FLY_OBJECT when the adapter is missing or damaged. */
export async function loadAdapter(objects: ObjectStore, { adapter }: LinearManifest): Promise<LoraAdapter | null> {
  if (adapter === null) return null
  const bytes = await objects.get(adapter)
  try {
    return decodeAdapter(bytes)
  } catch (error) {
    throw new Fault('FLY_OBJECT', `the adapter ${adapter} is damaged: ${String(error)}`, { adapter }, error)
  }
}
