/** Markup that is safe to send: made by `html` alone. */
export type Html = { readonly markup: string }
type HtmlValue = Html | readonly Html[] | string | number

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
const escaped = (text: string): string => text.replace(/[&<>"']/g, character => entities[character] ?? '')

/** A template whose values are escaped, except those that `html` made. Attribute values belong in double quotes. */
export function html(parts: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  return { markup: parts.reduce((text, part, at) => `${text}${markupOf(values[at - 1] ?? '')}${part}`) }
}

function markupOf(value: HtmlValue): string {
  if (typeof value === 'string' || typeof value === 'number') return escaped(String(value))
  return 'markup' in value ? value.markup : value.map(({ markup }) => markup).join('')
}
