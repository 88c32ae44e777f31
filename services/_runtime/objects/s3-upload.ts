import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3'

/** Larger contents are sent in parts of this size. S3 takes at most 10,000 parts of at least 5 MiB. */
const partBytes = 8 * 1024 * 1024
const partsAtOnce = 4
/** Of the parts: the server compares it when a part arrives and when they are put together. */
const ChecksumAlgorithm = 'CRC32'

type Target = {
  readonly Bucket: string
  readonly Key: string
  /** `*`: only where there is no such object, else 412. */
  readonly IfNoneMatch?: '*'
}

/** Writes an object, all of it or nothing. `sha256` is checked by the server where the content is sent at once. */
export async function upload(client: S3Client, target: Target, content: Uint8Array, sha256: string): Promise<void> {
  if (content.byteLength > partBytes) return uploadParts(client, target, content)
  const ChecksumSHA256 = Buffer.from(sha256, 'hex').toString('base64')
  await client.send(new PutObjectCommand({ ...target, Body: content, ChecksumSHA256 }))
}

async function uploadParts(client: S3Client, { IfNoneMatch, ...object }: Target, content: Uint8Array): Promise<void> {
  const { UploadId } = await client.send(new CreateMultipartUploadCommand({ ...object, ChecksumAlgorithm }))
  const target = { ...object, UploadId }
  try {
    const Parts = await sendParts(client, target, content)
    const condition = IfNoneMatch && { IfNoneMatch }
    await client.send(new CompleteMultipartUploadCommand({ ...target, ...condition, MultipartUpload: { Parts } }))
  } catch (error) {
    // What cannot be aborted now is deleted by the garbage collection.
    await client.send(new AbortMultipartUploadCommand(target)).catch(() => undefined)
    throw error
  }
}

/** Sends a few parts at a time. Returns them in their order. */
async function sendParts(
  client: S3Client,
  target: { readonly Bucket: string; readonly Key: string; readonly UploadId: string | undefined },
  content: Uint8Array,
): Promise<CompletedPart[]> {
  const parts: CompletedPart[] = []
  const waiting = Array.from({ length: Math.ceil(content.byteLength / partBytes) }, (_, index) => index).values()
  const sendWaiting = async (): Promise<void> => {
    for (const index of waiting) {
      const Body = content.subarray(index * partBytes, (index + 1) * partBytes)
      const part = { PartNumber: index + 1, Body, ChecksumAlgorithm } as const
      const { ETag, ChecksumCRC32 } = await client.send(new UploadPartCommand({ ...target, ...part }))
      parts[index] = { PartNumber: part.PartNumber, ETag, ChecksumCRC32 }
    }
  }
  await Promise.all(Array.from({ length: partsAtOnce }, sendWaiting))
  return parts
}
