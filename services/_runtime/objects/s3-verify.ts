import { HeadObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import { Fault } from '../core/faults.ts'
import { describeS3Error, endpointOf, type S3Location, statusOf } from './s3-bucket.ts'

/**
 * Tells whether a bucket can be an object store, by writing an object twice that must not exist yet, and looking for one that does
 * not exist. FLY_CONFIG, with what to correct, when the bucket is missing, refuses the credentials or overwrites (it has no
 * conditional writes); FLY_STORE when it cannot be reached.
 */
export async function verifyBucket(client: S3Client, location: S3Location): Promise<void> {
  await client.config.region().catch(error => {
    throw new Fault('FLY_CONFIG', 'FLYWHEEL_OBJECTS needs a region: set AWS_REGION', {}, error)
  })
  try {
    if (!(await refusesToOverwrite(client, location)) && !(await refusesToOverwrite(client, location)))
      throw withoutConditions(location)
    await expectMissing(client, location)
  } catch (error) {
    throw error instanceof Fault ? error : await toFault(error, client, location)
  }
}

/** Whether the object was there before, or another process was writing it. */
async function refusesToOverwrite(client: S3Client, { bucket, prefix }: S3Location): Promise<boolean> {
  const command = new PutObjectCommand({
    Bucket: bucket,
    Key: `${prefix}conditional-writes`,
    Body: 'Shows at the start of a service that this bucket has conditional writes.\n',
    IfNoneMatch: '*',
  })
  try {
    await client.send(command)
    return false
  } catch (error) {
    const status = statusOf(error)
    if (status === 412 || status === 409) return true
    throw error
  }
}

/** Without the right to list a bucket S3 answers 403, and a missing object would look like an outage. */
async function expectMissing(client: S3Client, { bucket, prefix }: S3Location): Promise<void> {
  await client.send(new HeadObjectCommand({ Bucket: bucket, Key: `${prefix}missing` })).catch(error => {
    if (statusOf(error) !== 404) throw error
  })
}

const withoutConditions = ({ bucket }: S3Location): Fault =>
  new Fault(
    'FLY_CONFIG',
    `FLYWHEEL_OBJECTS: the server of bucket ${bucket} has no conditional writes (If-None-Match), so that writers could overwrite each other; take Amazon S3 or a server that has them`,
  )

async function toFault(error: unknown, client: S3Client, location: S3Location): Promise<Fault> {
  const { bucket } = location
  const name = error instanceof Error ? error.name : ''
  const status = statusOf(error)
  const refuse = (message: string): Fault => new Fault('FLY_CONFIG', `FLYWHEEL_OBJECTS: ${message}`, {}, error)
  if (name === 'CredentialsProviderError')
    return refuse('there are no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE')
  if (name === 'NoSuchBucket') return refuse(`there is no bucket ${bucket}: create it, or correct the name`)
  if (status === 301)
    return refuse(`bucket ${bucket} is in another region than ${await client.config.region()}: correct AWS_REGION`)
  // versitygw answers 404 to an unknown key.
  if (status === 401 || status === 403 || status === 404)
    return refuse(
      `bucket ${bucket} refuses the credentials (${describeS3Error(error)}): correct AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give them the rights to list the bucket and to read, write and delete objects`,
    )
  if (status === 501) return withoutConditions(location)
  return new Fault(
    'FLY_STORE',
    `FLYWHEEL_OBJECTS: bucket ${bucket} at ${endpointOf(process.env) ?? 'Amazon S3'} cannot be reached (${describeS3Error(error)}): start the server, or correct AWS_ENDPOINT_URL_S3`,
    {},
    error,
  )
}
