const small =
  `zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
eighteen nineteen`.split(/\s+/)
const tens = 'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ')
const scales: Readonly<Record<string, number>> = { hundred: 100, thousand: 1e3, million: 1e6, billion: 1e9 }
const wordValues = new Map([
  ...small.map((word, at) => [word, at] as const),
  ...tens.map((word, at) => [word, 10 * (at + 2)] as const),
])

const unit = [...wordValues.keys()].join('|')
const scale = Object.keys(scales).join('|')
const numberWords = new RegExp(
  `\\b(?:(?:an?|${unit})[\\s-](?:${scale})|(?:${unit}))(?:(?:[\\s-]|\\s+and\\s+)(?:${unit}|${scale}))*\\b`,
  'gi',
)

/** The text with numbers in words as digits: `two hundred and five shares` is `205 shares`. A lone `one` is left, as it may be a pronoun. */
export function numberWordsToDigits(text: string): string {
  return text.replace(numberWords, written => {
    const parts = written.toLowerCase().split(/[\s-]+/)
    return parts.length === 1 && parts[0] === 'one' ? written : String(parseNumberWords(parts))
  })
}

/** `hundred` multiplies the words before it; `thousand` and larger units multiply the group before them and begin a new one. */
function parseNumberWords(parts: readonly string[]): number {
  let [total, group] = [0, 0]
  for (const part of parts) {
    const factor = scales[part]
    if (factor === undefined) group += wordValues.get(part) ?? (/^an?$/.test(part) ? 1 : 0)
    else if (factor === 100) group *= 100
    else {
      total += group * factor
      group = 0
    }
  }
  return total + group
}
