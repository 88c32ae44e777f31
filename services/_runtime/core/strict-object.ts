import { z } from 'zod'

/** An object schema that refuses unknown fields. The error names them and the known ones. */
export const strictObject = <T extends z.ZodRawShape>(shape: T) =>
  z.strictObject(shape, {
    error: issue =>
      issue.code === 'unrecognized_keys'
        ? `unknown field ${issue.keys.join(', ')}: remove it; known are ${Object.keys(shape).join(', ')}`
        : undefined,
  })
