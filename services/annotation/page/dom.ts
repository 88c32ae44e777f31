/** The document of the review page. Text reaches it as text content only; the browser refuses everything else (trusted types). */

export const element = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T
export const field = (id: string): HTMLInputElement => element<HTMLInputElement>(id)
export const radios = (): HTMLInputElement[] => [...document.querySelectorAll<HTMLInputElement>('[name=verdict]')]

/** Both elements are live regions: a screen reader reads the text out. */
export function announce(id: 'status' | 'problem', text: string): void {
  element(id).textContent = text
}

export function createElement<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  text = '',
  children: readonly Node[] = [],
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag)
  made.append(...(text === '' ? [] : [text]), ...children)
  return made
}

export const replaceChildren = (id: string, nodes: readonly Node[]): void => element(id).replaceChildren(...nodes)

export const terms = (of: object): Node[] =>
  Object.entries(of).flatMap(([term, value]) => [
    createElement('dt', term),
    createElement('dd', typeof value === 'string' ? value : JSON.stringify(value)),
  ])

export const options = (of: readonly (readonly [value: string, text: string])[]): HTMLOptionElement[] =>
  of.map(([value, text]) => {
    const option = createElement('option', text)
    option.value = value
    return option
  })

/** A button that does not submit the form. */
export function button(text: string, onClick: () => void): HTMLButtonElement {
  const made = createElement('button', text)
  made.type = 'button'
  made.addEventListener('click', onClick)
  return made
}

/** Text that is long, or seldom needed: closed until it is opened. */
export const folded = (summary: string, text: string): HTMLDetailsElement =>
  createElement('details', '', [createElement('summary', summary), createElement('pre', text)])

export function onSubmit(id: string, work: () => void): void {
  element(id).addEventListener('submit', event => {
    event.preventDefault()
    work()
  })
}

export function reportErrors(work: () => Promise<void>): void {
  work().catch(error => announce('problem', error instanceof Error ? error.message : String(error)))
}
