import { S3Client } from '@aws-sdk/client-s3'
import { NodeHttpHandler } from '@smithy/node-http-handler'

/** A prefix in a bucket: what all keys begin with, empty or with a slash at its end. */
export type S3Location = { readonly bucket: string; readonly prefix: string }

/** Parses `s3://BUCKET/PREFIX`. A namespace is a folder in it: its garbage collection must not see the objects of another one. */
export function parseS3Location(url: string, namespace: string | undefined): S3Location {
  const [bucket = '', ...folders] = url.replace(/^s3:\/\//, '').split('/')
  const names = [...folders, namespace ?? ''].filter(name => name !== '')
  return { bucket, prefix: names.map(name => `${name}/`).join('') }
}

/**
 * A client with region, endpoint and credentials from AWS's environment variables and files. With an endpoint of its own
 * (AWS_ENDPOINT_URL_S3) the bucket is in the path: such servers seldom have a host name for each bucket.
 *
 * A request ends with an error when the server does not answer within 30 s or sends nothing for 30 s. Each is tried three times.
 */
export function openS3Client(environment: Readonly<Record<string, string | undefined>> = process.env): S3Client {
  return new S3Client({
    forcePathStyle: endpointOf(environment) !== undefined,
    // What is read is compared with its digest.
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: new NodeHttpHandler({
      connectionTimeout: 5_000,
      requestTimeout: 30_000,
      throwOnRequestTimeout: true,
      socketTimeout: 30_000,
    }),
  })
}

/** The endpoint that the environment names instead of Amazon's. */
export const endpointOf = (environment: Readonly<Record<string, string | undefined>>): string | undefined =>
  environment['AWS_ENDPOINT_URL_S3'] || environment['AWS_ENDPOINT_URL'] || undefined

/** The status of the response that an error of the client is about; undefined where there was none. */
export function statusOf(error: unknown): number | undefined {
  const { $metadata } = error as { readonly $metadata?: { readonly httpStatusCode?: number } }
  return $metadata?.httpStatusCode
}

/** An error of the client in one line: its code and message. */
export function describeS3Error(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { name, message } = error
  const code = 'code' in error ? String(error.code) : name
  return [code, message].filter(text => text !== '' && text !== 'UnknownError').join(': ')
}
