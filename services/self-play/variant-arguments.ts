import { parseJson } from '#runtime/core/json.ts'
import type { Call } from '#schemas/events.ts'
import { extractValues } from '#text/extract-values.ts'
import { containsAllValues } from '#text/values.ts'
import type { Draft } from './operators.ts'
import { valuesOf } from './slots.ts'

type Replacement = NonNullable<Draft['replaced']>

/** A string or a number of a JSON text; a string before a colon is a name. */
const jsonTokens = /("(?:[^"\\]|\\.)*")(\s*:)?|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g

/** Numbers of more digits are ids, and no amounts that a customer would write. */
const maxAmountDigits = 15

/**
 * The gold calls for a variant: where a value of the question was replaced, it is replaced in the arguments too. undefined where
 * that is not certain: an argument states the old value in another notation, or two numbers could be it.
 */
export function variantCalls(calls: readonly Call[], { replaced }: Draft): readonly Call[] | undefined {
  if (replaced === undefined) return calls
  const changed = calls.flatMap(call => {
    const written =
      typeof parseJson(call.arguments) === 'object'
        ? replaceInJson(call.arguments, replaced)
        : replaceInText(call.arguments, replaced)
    return written === undefined ? [] : [{ ...call, arguments: written }]
  })
  return changed.length === calls.length ? changed : undefined
}

/** Works on the text, so that layout and the digits of all other numbers stay as they are. */
function replaceInJson(json: string, replaced: Replacement): string | undefined {
  let [isCertain, numbers] = [true, 0]
  const written = json.replace(jsonTokens, (token: string, text?: string, colon?: string) => {
    if (colon !== undefined) return token
    if (text === undefined) {
      if (!isSameNumber(token, replaced.from)) return token
      numbers += 1
      return numberOf(replaced.to) ?? token
    }
    const value = replaceInText(JSON.parse(text), replaced)
    if (value === undefined) isCertain = false
    return value === undefined ? token : JSON.stringify(value)
  })
  if (numbers > 0 && numberOf(replaced.to) === undefined) return undefined
  return isCertain && numbers <= 1 ? written : undefined
}

/** undefined where the text still states the old value, in another notation. */
function replaceInText(text: string, { from, to }: Replacement): string | undefined {
  // Not inside a longer word, number or id: $500 is not in $500.50.
  const whole = new RegExp(
    `(?<![\\p{L}\\p{N}_-]|\\p{N}[.,])${RegExp.escape(from)}(?![\\p{L}\\p{N}_-]|[.,]\\p{N})`,
    'gu',
  )
  const rest = text.replace(whole, ' ')
  return containsAllValues(extractValues(`for ${rest}`), valuesOf(from)) ? undefined : text.replace(whole, () => to)
}

const isSameNumber = (token: string, from: string): boolean =>
  token.length <= maxAmountDigits && numberOf(token) !== undefined && numberOf(token) === numberOf(from)

/** The number of an amount, a percentage or a quantity, as JSON writes it; undefined for other values. */
function numberOf(text: string): string | undefined {
  const [, digits] =
    valuesOf(text)
      .map(value => /^(?:amount|percent|quantity):(-?\d+(?:\.\d+)?)/.exec(value))
      .find(Boolean) ?? []
  return digits
}
