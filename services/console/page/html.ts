import { requiredValue } from '#runtime/core/checked.ts'

/** Markup that is safe to send: made by `html` alone. */
export type Html = { readonly markup: string }
type HtmlValue = Html | readonly Html[] | string | number

const entities = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&#39;'],
])
const escaped = (text: string): string => text.replace(/[&<>"']/g, character => requiredValue(entities, character))

/** A template whose values are escaped, except those that `html` made. Attribute values belong in double quotes. */
export function html(parts: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  return {
    markup: parts
      .map(
        (part, index) =>
          part +
          values
            .slice(index, index + 1)
            .map(markupOf)
            .join(''),
      )
      .join(''),
  }
}

function markupOf(value: HtmlValue): string {
  if (typeof value === 'string' || typeof value === 'number') return escaped(String(value))
  return 'markup' in value ? value.markup : value.map(({ markup }) => markup).join('')
}
