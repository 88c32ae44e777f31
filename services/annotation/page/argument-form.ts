import { createElement, options } from './dom.ts'
import { editable, isRecord, parseExactly } from './json-text.ts'

/** The form of one call's arguments, made from the schema of its tool. */

type Schema = Readonly<Record<string, unknown>>
type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement
export type ArgumentForm = {
  readonly nodes: readonly Node[]
  readonly controls: readonly HTMLElement[]
  /** The arguments as text. What was not changed is given back as it was. */
  readonly read: () => string
  /** Marks what is wrong, at its field where there is one; `path` is a JSON Pointer. */
  readonly showProblems: (problems: readonly { readonly path: string; readonly problem: string }[]) => void
}

/** A field for each property of the schema, and for each argument that it does not have; one text where there are no properties. */
export function argumentForm(schemaText: string | null, written: string, id: string): ArgumentForm {
  const schema = schemaText === null ? undefined : parseExactly(schemaText)
  const value = written === '' ? {} : parseExactly(written)
  const properties = isRecord(schema) && isRecord(schema.properties) ? schema.properties : undefined
  return properties && isRecord(value)
    ? fieldsForm(properties, new Set(requiredOf(schema)), written, value, id)
    : textForm(written, id)
}

const requiredOf = (schema: unknown): readonly unknown[] =>
  isRecord(schema) && Array.isArray(schema.required) ? schema.required : []

function textForm(written: string, id: string): ArgumentForm {
  const control = createElement('textarea')
  control.value = written
  const shown = labelled('Arguments', control, `${id}-text`)
  return {
    nodes: shown.nodes,
    controls: [control],
    read: () => control.value,
    showProblems: problems => shown.showProblem(problems.map(({ problem }) => problem).join(' ')),
  }
}

function fieldsForm(
  properties: Schema,
  required: ReadonlySet<unknown>,
  written: string,
  value: Schema,
  id: string,
): ArgumentForm {
  const names = [...new Set([...Object.keys(properties), ...Object.keys(value)])]
  const fields = names.map(name => {
    const given = name in value ? editable(value[name]) : ''
    const described = properties[name]
    const schema: Schema = isRecord(described) ? described : {}
    const control = controlFor(schema, given)
    const label = [
      name,
      ...(required.has(name) ? ['(required)'] : []),
      ...(name in properties ? [] : ['(this tool has no such argument)']),
      ...(typeof schema.description === 'string' ? [`– ${schema.description}`] : []),
    ].join(' ')
    const shown = labelled(label, control, `${id}-${name}`)
    return { ...shown, name, given, control, original: value[name], isText: isText(schema, value[name]) }
  })
  const whole = createElement('p')
  whole.className = 'fault'
  return {
    nodes: [...fields.flatMap(({ nodes }) => nodes), whole],
    controls: fields.map(({ control }) => control),
    read: () => {
      if (written !== '' && fields.every(({ control, given }) => control.value === given)) return written
      const entries = fields.flatMap(({ name, control, given, original, isText }) => {
        if (control.value === given) return original === undefined ? [] : [[name, original]]
        if (control.value === '') return []
        return [[name, isText ? control.value : (parseExactly(control.value) ?? control.value)]]
      })
      return JSON.stringify(Object.fromEntries(entries))
    },
    showProblems: problems => {
      const at = (path: string): string => (path.split('/')[1] ?? '').replaceAll('~1', '/').replaceAll('~0', '~')
      const of = (name: string): string[] =>
        problems.filter(({ path }) => at(path) === name).map(({ problem }) => problem)
      for (const { name, showProblem } of fields) showProblem(of(name).join(' '))
      whole.textContent = problems
        .filter(({ path }) => !names.includes(at(path)))
        .map(({ problem }) => problem)
        .join(' ')
    },
  }
}

/** Whether what is typed is a text, and not the JSON of a number, list or object. */
function isText({ type, enum: values }: Schema, original: unknown): boolean {
  if (Array.isArray(values)) return values.every(value => typeof value === 'string')
  const types = [type].flat()
  return types.includes('string') || (type === undefined && typeof original === 'string')
}

function controlFor({ type, enum: values }: Schema, given: string): Control {
  const choices = Array.isArray(values) ? values.map(editable) : type === 'boolean' ? ['true', 'false'] : undefined
  if (choices) {
    const select = createElement('select')
    const all = ['', ...choices, ...(choices.includes(given) || given === '' ? [] : [given])]
    select.append(...options(all.map(choice => [choice, choice === '' ? '(not given)' : choice] as const)))
    select.value = given
    return select
  }
  const control = type === 'array' || type === 'object' ? createElement('textarea') : createElement('input')
  if (type === 'integer' || type === 'number') control.inputMode = 'decimal'
  control.value = given
  return control
}

function labelled(text: string, control: Control, id: string) {
  const label = createElement('label', text)
  const fault = createElement('p')
  control.id = id
  label.htmlFor = id
  fault.id = `${id}-fault`
  fault.className = 'fault'
  control.setAttribute('aria-describedby', fault.id)
  return {
    nodes: [label, control, fault],
    showProblem: (problem: string): void => {
      fault.textContent = problem
      control.setAttribute('aria-invalid', String(problem !== ''))
    },
  }
}
