import { join } from 'node:path'
import { openFolderStore } from './folder.ts'
import type { SweepableStore } from './object-store.ts'

/** The settings that say where the objects are: in a bucket (`objects`, an `s3://` URL) or in a folder of `home`. */
export type ObjectSettings = {
  readonly home: string
  readonly objects?: string | undefined
  readonly namespace?: string | undefined
}

/**
 * Opens the object store of a deployment. FLY_CONFIG when its bucket cannot be used, FLY_STORE when that cannot be reached. The
 * client of S3 is large, so it is loaded on use.
 */
export async function openObjects({ home, objects, namespace }: ObjectSettings): Promise<SweepableStore> {
  // Each namespace has a home of its own, but deployments may share a bucket.
  if (objects === undefined) return openFolderStore(join(home, 'objects'))
  const [{ openS3Client, parseS3Location }, { verifyBucket }, { openS3Store }] = await Promise.all([
    import('./s3-bucket.ts'),
    import('./s3-verify.ts'),
    import('./s3.ts'),
  ])
  const client = openS3Client()
  const location = parseS3Location(objects, namespace)
  await verifyBucket(client, location)
  return openS3Store(client, location)
}
