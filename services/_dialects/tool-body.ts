import { z } from 'zod'
import { readArgumentSchema } from '#json-schema/argument-schema.ts'
import { canonicalJson } from '#runtime/core/identity.ts'
import { isObject } from '#runtime/core/json.ts'
import { strictObject } from '#runtime/core/strict-object.ts'
import type { Tool } from '#schemas/events.ts'
import { noTool } from '#schemas/turns.ts'
import { label, nonEmptyText, text } from './body-fields.ts'

const name = label.refine(given => given !== noTool, `${noTool} means that no tool was called: rename the tool`)
const description = nonEmptyText(32)
/** An empty one counts as none: models choose such a tool by its name. */
const optionalDescription = text(32).nullish()

const jsonSchema = z.union([z.record(z.string(), z.unknown()), z.string()]).superRefine((given, context) => {
  const schema = readArgumentSchema(typeof given === 'string' ? given : JSON.stringify(given))
  if ('problem' in schema)
    context.addIssue({ code: 'custom', message: `must be a JSON Schema, as an object or its text: ${schema.problem}` })
})

/** Fields that say nothing about when to call the tool, and with what. */
const ignored = z.unknown().optional()
const openaiFields = { name, description: optionalDescription, parameters: jsonSchema.nullish(), strict: ignored }

/** The forms in which tools are described. The first whose fields a tool has is its form. */
const forms = [
  {
    /** A tool of OpenAI's chat completions. */
    isFormOf: ({ function: given }: FieldsOf) => isObject(given),
    schema: strictObject({ type: z.literal('function').optional(), function: strictObject(openaiFields) }).transform(
      ({ function: { name, description, parameters } }) => toTool(name, description, parameters ?? noArguments),
    ),
  },
  {
    /** A tool of OpenAI's Responses. */
    isFormOf: ({ type }: FieldsOf) => type === 'function',
    schema: strictObject({ type: z.literal('function'), ...openaiFields }).transform(
      ({ name, description, parameters }) => toTool(name, description, parameters ?? noArguments),
    ),
  },
  {
    /** A tool of Anthropic's Messages. */
    isFormOf: (fields: FieldsOf) => 'input_schema' in fields,
    schema: strictObject({
      ...{ type: z.literal('custom').nullish(), name, description: optionalDescription, input_schema: jsonSchema },
      ...{ cache_control: ignored, strict: ignored, input_examples: ignored, defer_loading: ignored },
      ...{ allowed_callers: ignored, eager_input_streaming: ignored },
    }).transform(({ name, description, input_schema }) => toTool(name, description, input_schema)),
  },
  {
    /** A tool of a list of the Model Context Protocol. */
    isFormOf: (fields: FieldsOf) => 'inputSchema' in fields,
    schema: strictObject({
      ...{ name, description: optionalDescription, inputSchema: jsonSchema },
      ...{ title: ignored, annotations: ignored, outputSchema: ignored, icons: ignored, execution: ignored },
      _meta: ignored,
    }).transform(({ name, description, inputSchema }) => toTool(name, description, inputSchema)),
  },
  {
    isFormOf: ({ type }: FieldsOf) => type === undefined,
    schema: strictObject({ name, description, argumentSchema: jsonSchema.nullish() }).transform(
      ({ name, description, argumentSchema }) => toTool(name, description, argumentSchema),
    ),
  },
] as const
type FieldsOf = Readonly<Record<string, unknown>>

/** What a tool without parameters takes. */
const noArguments = { type: 'object', properties: {} }

const toTool = (name: string, description: string | null | undefined, schema: unknown): Tool => ({
  name,
  description: description?.trim() ? description : name,
  argumentSchema: schema == null ? null : typeof schema === 'string' ? schema : canonicalJson(schema),
})

/** A tool as OpenAI, Anthropic or an MCP server describes it, or in our form. */
export const toolBody = z.union(
  forms.map(({ schema }) => schema),
  {
    error({ input, errors }) {
      if (!isObject(input)) return 'must be an object that describes a tool'
      const form = forms.findIndex(({ isFormOf }) => isFormOf(input))
      const what = toolNameIn(input)
      const issue = (errors as readonly (readonly z.core.$ZodIssue[])[])[form]?.[0]
      if (issue === undefined)
        return `${what} is of type ${input['type']}, which has no schema: describe it with name, description and argumentSchema`
      return `${what}: ${[...issue.path, ''].join('.').slice(0, -1)}: ${issue.message}`
    },
  },
)

function toolNameIn(input: FieldsOf): string {
  const nested = input['function']
  const name = isObject(nested) ? nested['name'] : input['name']
  return typeof name === 'string' ? `tool ${name.slice(0, 200)}` : 'a tool'
}
