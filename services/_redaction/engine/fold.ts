import { at } from '#runtime/core/checked.ts'

/** A text as detectors read it. `originalOffset` maps an offset in it to the offset in the original. */
export type Folded = { readonly text: string; readonly originalOffset: (offset: number) => number }

const control = '\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f'
/** Soft hyphens, joiners, direction marks, variation selectors, the keycap. */
const invisible =
  '\\xad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180e\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u206f\\u20e3\\ufe00-\\ufe0f\\ufeff'
const droppedCharacter = new RegExp(`[${control}${invisible}]`)
const foldableCharacter = new RegExp(
  `[${control}${invisible}\\xa0\\u0130\\u0660-\\u0669\\u06f0-\\u06f9\\u0966-\\u096f\\u09e6-\\u09ef\\u0e50-\\u0e59\\u1680\\u2000-\\u200a\\u2010-\\u2015\\u2018-\\u201f\\u202f\\u205f\\u2212\\u3000\\u30fb\\ufe55-\\ufe6b\\uff01-\\uff5e\\ud835]`,
)
const digitZeros = [0x0660, 0x06f0, 0x0966, 0x09e6, 0x0e50]

/**
 * Replaces Unicode look-alikes by plain characters: full-width forms, digits of other scripts, dashes, spaces and quotes.
 * Invisible characters are dropped. Most texts have neither and are returned as they are.
 */
export function fold(original: string): Folded {
  if (!foldableCharacter.test(original)) return { text: original, originalOffset: offset => offset }
  const originalOffsets: number[] = []
  let text = ''
  let offset = 0
  for (const character of original) {
    const plain = foldCharacter(character)
    for (let unit = 0; unit < plain.length; unit++) originalOffsets.push(offset)
    text += plain
    offset += character.length
  }
  originalOffsets.push(original.length)
  return { text, originalOffset: folded => at(originalOffsets, folded) }
}

function foldCharacter(character: string): string {
  if (!foldableCharacter.test(character)) return character
  if (droppedCharacter.test(character)) return ''
  if (/[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]/.test(character)) return '-'
  if (/[\u2018-\u201b]/.test(character)) return "'"
  if (/[\u201c-\u201f]/.test(character)) return '"'
  const code = character.charCodeAt(0)
  const zero = digitZeros.find(first => code >= first && code < first + 10)
  if (zero !== undefined) return String(code - zero)
  if (/\s/.test(character)) return ' '
  return character === 'İ' ? 'I' : character.normalize('NFKC')
}
