import { digest } from '../core/identity.ts'
import type { LogRecord, NewRecord } from '../log/event-log.ts'
import { getJson, type ObjectStore } from '../objects/object-store.ts'
import { ownHeaders } from './dead-letter.ts'

/** The content of a record as an object of the store; bytes in base64. */
type StoredPayload = {
  readonly key: string | null
  readonly value: string | null
  readonly headers: Readonly<Record<string, string>>
}

const objectHeader = 'dlq.object'

/**
 * For a dead letter that is too large for the log, such as that of a record which another program wrote at the size limit. Its content
 * becomes an object of the store; the record that is left names it in a header.
 */
export function storePayload(letter: NewRecord): { readonly record: NewRecord; readonly object: Uint8Array } {
  const { key, value, headers = {} } = letter
  const base64 = (bytes: string | Buffer | null): string | null => bytes && Buffer.from(bytes).toString('base64')
  const content: StoredPayload = { key: base64(key), value: base64(value), headers }
  const bytes = Buffer.from(JSON.stringify(content))
  const record = {
    ...letter,
    key: null,
    value: null,
    headers: { ...ownHeaders(headers), [objectHeader]: digest(bytes) },
  }
  return { record, object: bytes }
}

/** A record with its content: loads the object where `storePayload` made one. FLY_OBJECT, FLY_STORE. */
export async function loadPayload(record: LogRecord, objects: ObjectStore): Promise<LogRecord> {
  const name = record.headers[objectHeader]
  if (name === undefined || record.value !== null) return record
  const { key, value, headers } = await getJson<StoredPayload>(objects, name)
  const bytes = (text: string | null): Buffer | null => (text === null ? null : Buffer.from(text, 'base64'))
  return { ...record, key: bytes(key), value: bytes(value), headers: { ...headers, ...record.headers } }
}
