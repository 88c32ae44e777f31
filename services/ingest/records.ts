import { type ZodType, z } from 'zod'
import { httpError } from '#runtime/http/error.ts'

/** Most records of one JSON body. */
export const maxRecords = 1_000

/** A record before validation. `where` is its position for errors: `[3]` in an array, else empty. */
export type RawRecord = { readonly where: string; readonly value: unknown }

/** The records of one JSON object or an array. Throws HttpError 400 or 413. */
export function recordsOf(body: unknown): readonly RawRecord[] {
  const records = Array.isArray(body)
    ? body.map((value: unknown, index) => ({ where: `[${index}]`, value }))
    : body == null
      ? []
      : [{ where: '', value: body }]
  if (records.length > maxRecords)
    throw httpError(413, 'too_many', `${records.length} records in one array: send at most ${maxRecords}, or NDJSON`)
  if (records.length === 0) throw emptyBodyError()
  return records
}

export const emptyBodyError = (): Error =>
  httpError(400, 'empty', 'No record in the body: send an object, an array or NDJSON')

/** Validates a record. Throws a ZodError whose path begins with the record's position. */
export function validate<T>(schema: ZodType<T>, { where, value }: RawRecord): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  if (where === '') throw parsed.error
  throw new z.ZodError(parsed.error.issues.map(issue => ({ ...issue, path: [where, ...issue.path] })))
}
