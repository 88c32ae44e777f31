import type { Call, CallProblem, Tool } from './api.ts'
import { type ArgumentForm, argumentForm } from './argument-form.ts'
import { announce, button, createElement, element, field } from './dom.ts'
import { isRecord, parseExactly } from './json-text.ts'

/** The right calls, as the reviewer edits them: none is an answer without a tool. */

type EditedCall = {
  tool: string
  form: ArgumentForm
  readonly input: HTMLInputElement
  readonly holder: HTMLElement
  readonly root: HTMLElement
}

/** `onChange` is called when something was typed, added, removed or moved. */
export function createCallEditor(onChange: () => void) {
  let tools: readonly Tool[] = []
  let edited: EditedCall[] = []
  let made = 0

  const schemaOf = (tool: string): string | null => tools.find(({ name }) => name === tool)?.argumentSchema ?? null

  function makeCall(call: Call): EditedCall {
    const id = `call-${made++}`
    const label = createElement('label', 'Tool')
    const input = createElement('input')
    input.id = `${id}-tool`
    label.htmlFor = input.id
    input.setAttribute('list', 'tools')
    input.autocomplete = 'off'
    input.value = call.tool
    const holder = createElement('div')
    const one: EditedCall = {
      ...{ tool: call.tool, input, holder },
      form: argumentForm(schemaOf(call.tool), call.arguments, id),
      root: createElement('fieldset', '', [createElement('legend', 'Call'), label, input, holder]),
    }
    one.root.append(
      button('Remove', () => remove(one)),
      button('Earlier', () => moveEarlier(one)),
    )
    holder.append(...one.form.nodes)
    input.addEventListener('change', () => settleTool(one))
    // Before the focus goes on: into the fields of the new tool.
    input.addEventListener('keydown', ({ key }) => {
      if (key === 'Tab') settleTool(one)
    })
    return one
  }

  /** Gives a call the form of the tool that was typed, and clears what only the tool before had. */
  function settleTool(one: EditedCall): void {
    const tool = matchTool(tools, one.input.value)
    if (tool === undefined) return
    one.input.value = tool
    if (tool === one.tool) return
    const { written, cleared } = keepShared(one.form.read(), schemaOf(tool))
    if (cleared.length > 0) announce('status', `Cleared, since ${tool} has no such argument: ${cleared.join(', ')}`)
    one.tool = tool
    one.form = argumentForm(schemaOf(tool), written, one.input.id)
    one.holder.replaceChildren(...one.form.nodes)
  }

  function render(): void {
    element('calls').replaceChildren(...edited.map(({ root }) => root))
    element('no-calls').hidden = edited.length > 0
    for (const [at, { root }] of edited.entries()) {
      const legend = root.firstElementChild
      if (legend) legend.textContent = `Call ${at + 1} of ${edited.length}`
    }
  }

  function change(calls: EditedCall[], focus: HTMLElement | undefined): void {
    edited = calls
    render()
    ;(focus ?? field('add-call')).focus()
    onChange()
  }
  const remove = (one: EditedCall): void =>
    change(
      edited.filter(other => other !== one),
      undefined,
    )
  function moveEarlier(one: EditedCall): void {
    const at = edited.indexOf(one)
    const others = edited.toSpliced(at, 1)
    change(others.toSpliced(Math.max(0, at - 1), 0, one), one.input)
  }

  element('add-call').addEventListener('click', () => {
    const one = makeCall({ tool: '', arguments: '' })
    change([...edited, one], one.input)
  })
  element('no-tool').addEventListener('click', () => change([], undefined))
  element('calls').addEventListener('input', onChange)
  element('calls').addEventListener('change', onChange)

  return {
    setTools(given: readonly Tool[]): void {
      tools = given
    },
    show(calls: readonly Call[]): void {
      edited = calls.map(makeCall)
      render()
    },
    /** The calls as they are; a tool that is not known is what was typed. */
    read: (): Call[] => edited.map(({ input, form }) => ({ tool: input.value, arguments: form.read() })),
    /** Completes the names of tools. Why the calls cannot be sent, and the field to correct. */
    settle(): readonly [string, HTMLElement] | undefined {
      for (const one of edited) {
        const before = one.tool
        settleTool(one)
        if (!tools.some(({ name }) => name === one.input.value))
          return ['Name the right tool: no tool, or more than one, matches.', one.input]
        const [first] = one.form.controls
        if (first && one.tool !== before) return [`Check the arguments of ${one.tool}.`, first]
        if (first && one.form.read() === '') return [`Give the arguments of ${one.tool}.`, first]
      }
      return undefined
    },
    focus: (): void => {
      const input = edited[0]?.input
      ;(input ?? field('add-call')).focus()
      input?.select()
    },
    showProblems(problems: readonly CallProblem[]): void {
      for (const [at, { form }] of edited.entries()) form.showProblems(problems.filter(({ call }) => call === at))
    },
  }
}

/** The tool whose name is what was typed, or the only one that contains it. */
function matchTool(tools: readonly Tool[], part: string): string | undefined {
  const wanted = part.trim().toLowerCase()
  const exact = tools.find(({ name }) => name.toLowerCase() === wanted)
  const like = tools.filter(({ name }) => wanted !== '' && name.toLowerCase().includes(wanted))
  return exact?.name ?? (like.length === 1 ? like[0]?.name : undefined)
}

/** What of the arguments the other tool has too; all of it is cleared where one of them takes a text. */
function keepShared(written: string, schemaText: string | null): { written: string; cleared: readonly string[] } {
  const value = parseExactly(written)
  const schema = schemaText === null ? undefined : parseExactly(schemaText)
  if (!isRecord(value) || !isRecord(schema) || !isRecord(schema.properties))
    return { written: '', cleared: written === '' || written === '{}' ? [] : [written] }
  const { properties } = schema
  const [shared, cleared] = [
    Object.entries(value).filter(([name]) => name in properties),
    Object.keys(value).filter(name => !(name in properties)),
  ]
  return { written: JSON.stringify(Object.fromEntries(shared)), cleared }
}
