import { type ZodType, z } from 'zod'
import { httpError } from '#runtime/http-error.ts'

export const MAX_RECORDS = 1000

/** A record before validation; `where` names it in errors: `[3]` in an array, `line 4` in NDJSON, nothing alone. */
export type Raw = { readonly where: string; readonly value: unknown }

/** The records of a body: one JSON object, an array, or NDJSON. Throws HttpError 400, 413 or 415. */
export function recordsOf(contentType: string | undefined, body: unknown): readonly Raw[] {
  const records = typeof body === 'string' ? lines(contentType, body) : values(body)
  if (records.length > MAX_RECORDS)
    throw httpError(413, 'too_many', `${records.length} records in one request: send at most ${MAX_RECORDS}`)
  if (records.length === 0) throw httpError(400, 'empty', 'No record in the body: send an object, an array or NDJSON')
  return records
}

/** Validates one record; the ZodError that it throws names record and field. */
export function validate<T>(schema: ZodType<T>, { where, value }: Raw): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  if (where === '') throw parsed.error
  throw new z.ZodError(parsed.error.issues.map(issue => ({ ...issue, path: [where, ...issue.path] })))
}

function values(body: unknown): Raw[] {
  if (!Array.isArray(body)) return body == null ? [] : [{ where: '', value: body }]
  return body.map((value: unknown, index) => ({ where: `[${index}]`, value }))
}

function lines(contentType: string | undefined, body: string): Raw[] {
  if (!contentType?.startsWith('application/x-ndjson'))
    throw httpError(415, 'media_type', 'Send Content-Type: application/json or application/x-ndjson')
  return body.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return []
    try {
      return [{ where: `line ${index + 1}`, value: JSON.parse(line) as unknown }]
    } catch {
      throw httpError(400, 'invalid', `line ${index + 1}: not JSON: send one object per line`)
    }
  })
}
