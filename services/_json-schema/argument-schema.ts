import { dereference, type OutputUnit, type Schema, type SchemaDraft, validate } from '@cfworker/json-schema'
import { isObject, parseJson } from '#runtime/core/json.ts'
import { MAX_REFERENCES, MAX_TEXT_LENGTH, schemaBoundProblem, sizeProblem } from './bounds.ts'
import { metaSchema } from './meta-schema.ts'
import { boundPattern } from './patterns.ts'
import { mapSchemas } from './subschemas.ts'

/** What is wrong with arguments. `path` is the JSON Pointer of the value, empty for the whole; `keyword`
 * that of the schema, `false` where it has no such property, or `json`. */
export type ArgumentProblem = { readonly path: string; readonly keyword: string; readonly problem: string }

/** Why a text is no JSON Schema that arguments can be checked against, or how to check them. */
export type ArgumentSchema =
  | { readonly problem: string }
  | { readonly check: (argumentsText: string) => readonly ArgumentProblem[] }

const MAX_PROBLEMS = 20
/** Their errors say only that there are others below them. */
const outerKeywords = new Set([
  ...['$ref', 'allOf', 'properties', 'items', 'prefixItems', 'if', 'then', 'else'],
  ...['additionalProperties', 'unevaluatedProperties', 'additionalItems', 'unevaluatedItems'],
])
/** What a text must look like. */
const formKeywords = new Set(['pattern', 'format', 'minLength', 'maxLength', 'enum', 'const'])
type Lookup = ReturnType<typeof dereference>

const metaLookup = dereference(metaSchema)

/**
 * Reads a tool's argument schema, drafts 4 to 2020-12. A schema from outside is bounded in size, depth and nesting, and
 * what `$ref` names must be in it. Patterns that could take too long to match are not checked.
 */
export function readArgumentSchema(schemaText: string): ArgumentSchema {
  if (schemaText.length > MAX_TEXT_LENGTH) return { problem: `is longer than ${MAX_TEXT_LENGTH} characters` }
  const parsed = parseJson(schemaText)
  if (!isObject(parsed)) return { problem: 'is no JSON object: send {"type":"object","properties":{…}}' }
  const tooLarge = sizeProblem(parsed)
  if (tooLarge !== null) return { problem: tooLarge }
  const [wrong] = problemsOf(validate(parsed, metaSchema, '2020-12', metaLookup, false).errors)
  if (wrong) return { problem: `${wrong.path}: ${wrong.problem}` }
  const schema: Schema = Object(mapSchemas(parsed, boundPattern))
  try {
    const lookup = dereference(schema)
    const target = ({ __absolute_ref__: uri }: Schema) => (uri === undefined ? undefined : lookup[uri])
    const problem = schemaBoundProblem(schema, target)
    if (problem !== null) return { problem }
    return { check: text => checkArguments(text, schema, lookup, draftOf(schema)) }
  } catch (error) {
    // Two schemas of one URI, or a URI that cannot be parsed.
    return { problem: error instanceof Error ? error.message : String(error) }
  }
}

/** How to check the arguments of a tool. Those of a tool without a schema are free text; a schema that cannot be read refuses all. */
export function argumentChecker(argumentSchema: string | null): (argumentsText: string) => readonly ArgumentProblem[] {
  if (argumentSchema === null) return () => []
  const schema = readArgumentSchema(argumentSchema)
  if ('check' in schema) return schema.check
  return () => [{ path: '', keyword: 'schema', problem: `the schema of the tool ${schema.problem}` }]
}

function checkArguments(text: string, schema: Schema, lookup: Lookup, draft: SchemaDraft): readonly ArgumentProblem[] {
  if (text.length > MAX_TEXT_LENGTH) return [whole('maxLength', `is longer than ${MAX_TEXT_LENGTH} characters`)]
  const value = parseJson(text)
  if (value === undefined) return [whole('json', 'is no JSON: write it like {"name":"value"}')]
  const tooLarge = sizeProblem(value)
  if (tooLarge !== null) return [whole('maxProperties', tooLarge)]
  const references = { left: MAX_REFERENCES }
  try {
    const { errors } = validate(value, schema, draft, countReferences(lookup, references), false)
    return problemsOf(errors).filter(problem => !isPseudonym(value, problem))
  } catch (error) {
    if (references.left > 0) throw error
    return [whole('$ref', `could not be checked: its schema follows $ref more than ${MAX_REFERENCES} times`)]
  }
}

/** What redaction left of a value has another form than the value had, and proves nothing against the call. */
const isPseudonym = (root: unknown, { path, keyword }: ArgumentProblem): boolean => {
  const value = path
    .split('/')
    .slice(1)
    .map(part => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<unknown>((of, part) => Object(of)[part], root)
  return typeof value === 'string' && formKeywords.has(keyword) && /\[[a-z-]+:[a-f]{20}\]/.test(value)
}

/** The schemas by URI; throws when they were looked up as often as allowed. */
const countReferences = (lookup: Lookup, references: { left: number }): Lookup =>
  new Proxy(lookup, {
    get: (schemas, uri: string) => {
      if (references.left-- <= 0) throw new Error('too many references')
      return schemas[uri]
    },
  })

function problemsOf(errors: readonly OutputUnit[]): readonly ArgumentProblem[] {
  return errors
    .filter(({ keyword }) => !outerKeywords.has(keyword))
    .slice(0, MAX_PROBLEMS)
    .map(({ instanceLocation, keyword, error }) => ({
      path: instanceLocation.slice(1),
      ...(keyword === 'false' ? { keyword, problem: 'The schema has no such value.' } : { keyword, problem: error }),
    }))
}

function draftOf({ $schema = '' }: Schema): SchemaDraft {
  if ($schema.includes('draft-04')) return '4'
  if (/draft-0[67]/.test($schema)) return '7'
  return $schema.includes('2019-09') ? '2019-09' : '2020-12'
}

const whole = (keyword: string, problem: string): ArgumentProblem => ({ path: '', keyword, problem })
