import { z } from 'zod'

/** An object without unknown fields: the error names what is unknown and what to do about it. */
export const strictObject = <T extends z.ZodRawShape>(shape: T) =>
  z.strictObject(shape, {
    error: issue =>
      issue.code === 'unrecognized_keys'
        ? `unknown field ${issue.keys.join(', ')}: remove it; known are ${Object.keys(shape).join(', ')}`
        : undefined,
  })
