import { numberWordsToDigits } from './number-words.ts'

const padTwoDigits = (number = ''): string => number.padStart(2, '0')
const number = '\\d+(?:,\\d{3})*(?:\\.\\d+)?'

type NotationRule = readonly [pattern: RegExp, write: (...groups: string[]) => string]

/** Unambiguous notations, rewritten as `extractValues` reads them. 03/04/2026 is ambiguous: it is left, and read month first. */
const notationRules: readonly NotationRule[] = [
  // 1.200,50 is a European notation. 1.200 alone may be 1200 or 1.2: it is left.
  [/(?<![\d.,])\d{1,3}(?:\.\d{3})+,\d{1,2}(?![\d,])/g, all => all.replaceAll('.', '').replace(',', '.')],
  [
    /\b(\d{4})[/.](\d{1,2})[/.](\d{1,2})\b/g,
    (_all, year, month, day) => `${year}-${padTwoDigits(month)}-${padTwoDigits(day)}`,
  ],
  [/\b(\d{4}-\d{2}-\d{2})T[\d:.]+(?:Z|[+-]\d{2}:?\d{2})?/g, (_all, date = '') => date],
  [
    /\b(\d{1,2})\.(\d{1,2})\.(\d{4})\b/g,
    (_all, day, month, year) => `${year}-${padTwoDigits(month)}-${padTwoDigits(day)}`,
  ],
  [
    /\b(1[3-9]|2\d|3[01])[/-](\d{1,2})[/-](\d{4})\b/g,
    (_all, day, month, year) => `${year}-${padTwoDigits(month)}-${padTwoDigits(day)}`,
  ],
  [
    /\b(\d{1,2})-(\d{1,2})-(\d{4})\b/g,
    (_all, month, day, year) => `${year}-${padTwoDigits(month)}-${padTwoDigits(day)}`,
  ],
  [/\b(\d{1,2})-([a-z]{3,9})-(\d{4})\b/gi, (_all, day, month, year) => `${day} ${month} ${year}`],
  [new RegExp(`\\b(?:US\\$|USD|EUR|GBP|JPY)\\s?${number}`, 'gi'), toCurrencySign],
  [new RegExp(`(${number})\\s?(?:bps|basis points?)\\b`, 'gi'), (_all, points = '') => `${parseNumber(points) / 100}%`],
  [/\bone(?=[\s-](?:second|minute|hour|day|week|month|quarter|year|dollar|euro|pound|share|per ?cent)\b)/gi, () => '1'],
  [/(\d)\s?(?:per cent|pct\.?)(?![a-z])/gi, (_all, last) => `${last}%`],
]

const currencySigns: Readonly<Record<string, string>> = { US$: '$', USD: '$', EUR: '€', GBP: '£', JPY: '¥' }

function toCurrencySign(written: string): string {
  return written.replace(/^\D+/, code => currencySigns[code.trim().toUpperCase()] ?? code)
}

function parseNumber(written: string): number {
  return Number(written.replaceAll(',', ''))
}

/** A text in the notation that `extractValues` reads. */
export function normaliseNotation(text: string): string {
  return notationRules.reduce((rest, [pattern, write]) => rest.replace(pattern, write), numberWordsToDigits(text))
}

/** Each unit of time in seconds; in months where its length in seconds varies. */
const timeUnits = {
  second: [1, 'seconds'],
  sec: [1, 'seconds'],
  minute: [60, 'seconds'],
  min: [60, 'seconds'],
  hour: [3_600, 'seconds'],
  hr: [3_600, 'seconds'],
  day: [86_400, 'seconds'],
  week: [604_800, 'seconds'],
  wk: [604_800, 'seconds'],
  month: [1, 'months'],
  quarter: [3, 'months'],
  year: [12, 'months'],
  yr: [12, 'months'],
} as const satisfies Record<string, readonly [factor: number, of: 'seconds' | 'months']>

const durationPart = `(${number})[\\s-]?(${Object.keys(timeUnits).join('|')})s?\\b`
const duration = new RegExp(`(?<![\\w.$€£¥])${durationPart}(?:(?:,|\\s+and|,\\s+and)?\\s+${durationPart})*`, 'gi')

/** The lengths of time in a text (`duration:5400:seconds`, `duration:12:months`), parts added up, and the text without them. */
export function extractDurations(text: string): { readonly durations: readonly string[]; readonly rest: string } {
  const durations: string[] = []
  const rest = text.replace(duration, written => {
    const sums = { seconds: 0, months: 0 }
    for (const [, count = '', name = ''] of written.matchAll(new RegExp(durationPart, 'gi'))) {
      const [factor, of] = timeUnits[name.toLowerCase() as keyof typeof timeUnits]
      sums[of] += parseNumber(count) * factor
    }
    for (const [of, sum] of Object.entries(sums))
      if (sum > 0) durations.push(`duration:${Number(sum.toPrecision(12))}:${of}`)
    return ' ; '
  })
  return { durations, rest }
}
