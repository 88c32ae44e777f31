/** The document of the review page. Text reaches it as text content only; the browser refuses everything else (trusted types). */

export const element = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T
export const field = (id: string): HTMLInputElement => element<HTMLInputElement>(id)
export const radios = (): HTMLInputElement[] => [...document.querySelectorAll<HTMLInputElement>('[name=verdict]')]

/** Both elements are live regions: a screen reader reads the text out. */
export function announce(id: 'status' | 'problem', text: string): void {
  element(id).textContent = text
}

export function createElement(tag: string, text: string): HTMLElement {
  const made = document.createElement(tag)
  made.textContent = text
  return made
}

export const replaceChildren = (id: string, nodes: readonly Node[]): void => element(id).replaceChildren(...nodes)

export function renderTerms(id: string, of: object): void {
  const asText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))
  replaceChildren(
    id,
    Object.entries(of).flatMap(([term, value]) => [createElement('dt', term), createElement('dd', asText(value))]),
  )
}

export function renderOptions(id: string, of: readonly (readonly [value: string, text: string])[]): void {
  replaceChildren(
    id,
    of.map(([value, text]) => {
      const option = createElement('option', text) as HTMLOptionElement
      option.value = value
      return option
    }),
  )
}

export function onSubmit(id: string, work: () => void): void {
  element(id).addEventListener('submit', event => {
    event.preventDefault()
    work()
  })
}
