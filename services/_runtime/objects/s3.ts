import {
  AbortMultipartUploadCommand,
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  type HeadObjectCommandOutput,
  ListMultipartUploadsCommand,
  paginateListObjectsV2,
  type S3Client,
} from '@aws-sdk/client-s3'
import { Fault } from '../core/faults.ts'
import { digest } from '../core/identity.ts'
import { isDigest, unreachableObject } from './object-name.ts'
import type { StoredObject, SweepableStore } from './object-store.ts'
import { createReads, createWithStoreFault } from './reads.ts'
import { describeS3Error, type S3Location, statusOf } from './s3-bucket.ts'
import { upload } from './s3-upload.ts'

const withFault = createWithStoreFault(describeS3Error)

/** In ms. An object that is put again within this time after it was written is not written again, though its age should be new. */
const refreshAfterMs = 3_600_000

/** How often a put is tried that another writer of the same object was in the way of. */
const maxConflicts = 5

/**
 * An object store in a bucket of S3, or of a server that speaks its protocol: an object has the key `PREFIX/objects/DIGEST`, in the
 * trash `PREFIX/trash/DIGEST`. `verifyBucket` says whether the bucket can be used.
 */
export function openS3Store(client: S3Client, { bucket: Bucket, prefix }: S3Location): SweepableStore {
  const folder = `${prefix}objects/`
  const trash = `${prefix}trash/`
  const keyOf = (name: string): string => `${folder}${name}`
  const trashKeyOf = (name: string): string => `${trash}${name}`

  const head = (Key: string): Promise<HeadObjectCommandOutput | undefined> =>
    ifThere(() => client.send(new HeadObjectCommand({ Bucket, Key })))
  const read = (Key: string): Promise<Uint8Array | undefined> =>
    ifThere(async () => (await client.send(new GetObjectCommand({ Bucket, Key }))).Body?.transformToByteArray())
  const remove = async (Key: string): Promise<void> => {
    await client.send(new DeleteObjectCommand({ Bucket, Key }))
  }
  /** The copy is as young as a new object. */
  const move = async (from: string, to: string): Promise<void> => {
    const copy = new CopyObjectCommand({ Bucket, Key: to, CopySource: encodeURI(`${Bucket}/${from}`) })
    if (await ifThere(() => client.send(copy))) await remove(from)
  }
  const putOnce = async (name: string, content: Uint8Array): Promise<void> => {
    const target = { Bucket, Key: keyOf(name) }
    const found = await head(target.Key)
    if (found === undefined) return upload(client, { ...target, IfNoneMatch: '*' }, content, name)
    const age = Date.now() - (found.LastModified?.getTime() ?? 0)
    if (found.ContentLength !== content.byteLength || age > refreshAfterMs) await upload(client, target, content, name)
  }

  async function* storedIn(Prefix: string, inTrash: boolean): AsyncGenerator<StoredObject> {
    for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket, Prefix }))
      for (const { Key = '', Size = 0, LastModified } of Contents) {
        const name = Key.slice(Prefix.length)
        const since = LastModified?.getTime() ?? Date.now()
        if (isDigest(name)) yield { digest: name, bytes: Size, since, inTrash }
      }
  }
  const unlisted = (error: unknown): Fault =>
    new Fault('FLY_STORE', `s3://${Bucket}/${prefix} cannot be listed: ${describeS3Error(error)}`, {}, error)

  return {
    async put(content) {
      const name = digest(content)
      for (let conflicts = 0; ; conflicts++)
        try {
          await putOnce(name, content)
          return name
        } catch (error) {
          const status = statusOf(error)
          // Another writer was faster, and wrote the same.
          if (status === 412) return name
          // Another writer is at it.
          if (status !== 409 || conflicts === maxConflicts)
            throw unreachableObject('written', name, describeS3Error(error))
        }
    },
    ...createReads(
      {
        ...{ placeOf: keyOf, trashPlaceOf: trashKeyOf, read },
        isThere: async key => (await head(key)) !== undefined,
      },
      withFault,
    ),

    async *list() {
      try {
        yield* storedIn(folder, false)
        yield* storedIn(trash, true)
      } catch (error) {
        throw unlisted(error)
      }
    },
    moveToTrash: name => withFault('moved to the trash', name, () => move(keyOf(name), trashKeyOf(name))),
    restoreFromTrash: name => withFault('restored from the trash', name, () => move(trashKeyOf(name), keyOf(name))),
    deleteFromTrash: (name, before) =>
      withFault('deleted', name, async () => {
        const found = await head(trashKeyOf(name))
        if (found && isBefore(found.LastModified, before)) await remove(trashKeyOf(name))
      }),
    async deleteUnfinished(before) {
      try {
        // The first 1,000: the next collection deletes the others.
        const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket, Prefix: folder }))
        for (const { Key, UploadId, Initiated } of Uploads)
          if (isBefore(Initiated, before)) await client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }))
      } catch (error) {
        throw unlisted(error)
      }
    },
  }
}

/** A time that the server does not tell counts as now. */
const isBefore = (time: Date | undefined, before: number): boolean => time !== undefined && time.getTime() < before

/** Undefined where the server has no such object. */
async function ifThere<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask()
  } catch (error) {
    // An answer to HEAD has no body, and so no code of its own.
    if (error instanceof Error && ['NoSuchKey', 'NotFound'].includes(error.name)) return undefined
    throw error
  }
}
