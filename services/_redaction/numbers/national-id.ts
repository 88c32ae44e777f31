import { stdnum } from 'stdnum'
import { isAfterReferenceWord, numberEnd, numberStart } from '../engine/context.ts'
import type { Detector } from '../engine/kinds.ts'
import { allMatches } from '../engine/matching.ts'

type Country = keyof typeof stdnum
type NationalIdFormat = {
  readonly shape: string
  /** stdnum's rule of check digits and dates, where other numbers have the same shape. */
  readonly rule?: readonly [country: Country, id: string]
}

const format = (shape: string, ...rule: [Country, string] | []): NationalIdFormat => ({
  shape,
  ...(rule.length === 2 && { rule }),
})

const date = '(?:0[1-9]|[12]\\d|3[01])(?:0[1-9]|1[0-2])\\d{2}'

/** Identity numbers whose shape and check digits are enough, without a word before them. */
const formats: readonly NationalIdFormat[] = [
  // United States: social security and individual taxpayer numbers; no area 000 or 666, no group 00, no serial 0000.
  format('(?!000|666)\\d{3}-(?!00)\\d{2}-(?!0000)\\d{4}'),
  // United Kingdom: national insurance, in its groups or compact.
  format('[A-Z]{2} \\d{2} \\d{2} \\d{2} ?[A-D]'),
  format('[A-Z]{2}\\d{6}[A-D]', 'GB', 'nino'),
  format('[A-Z]{2} \\d{6} [A-D]', 'GB', 'nino'),
  // A prefix that is never assigned: that of official examples.
  format('QQ ?\\d{6} ?[A-D]'),
  format('[A-Z]{2}-\\d{2}-\\d{2}-\\d{2}-[A-D]'),
  format('\\d{2} \\d{3} \\d{3} \\d{3}', 'DE', 'idnr'),
  format('[1278] ?\\d{2} ?(?:0\\d|[1-9]\\d) ?\\d[\\dAB] ?\\d{3} ?\\d{3} ?\\d{2}', 'FR', 'nir'),
  format('\\d{8}-?[A-HJ-NP-TV-Z]', 'ES', 'dni'),
  format('[XYZ]-?\\d{7}-?[A-Z]', 'ES', 'nie'),
  // Italy: letters of the names, date of birth, place.
  format('[A-Z]{6}\\d{2}[A-EHLMPRST]\\d{2}[A-Z]\\d{3}[A-Z]'),
  format('[A-Z]{3} [A-Z]{3} \\d{2}[A-EHLMPRST]\\d{2} [A-Z]\\d{3}[A-Z]'),
  format('[2-9]\\d{3}[ -]\\d{4}[ -]\\d{4}', 'IN', 'aadhaar'),
  format('[A-Z]{3}[ABCFGHLJPT][A-Z] ?\\d{4} ?[A-Z]'),
  format('\\d{3}\\.\\d{3}\\.\\d{3}-\\d{2}'),
  format('(?:19|20)?\\d{6}[-+]\\d{4}', 'SE', 'personnummer'),
  format('\\d{6}[-+A]\\d{3}[0-9A-FHJ-NPR-Y]', 'FI', 'hetu'),
  format(`${date} \\d{5}`, 'NO', 'fodselsnummer'),
  format('\\d{2}\\.\\d{2}\\.\\d{2}-\\d{3}\\.\\d{2}'),
  format('756\\.\\d{4}\\.\\d{4}\\.\\d{2}'),
  format('\\d{6}/\\d{3,4}', 'CZ', 'rc'),
  format('[A-Z]{4}\\d{6}[HMX][A-Z]{5}[A-Z0-9]\\d'),
  format('\\d{17}[\\dX]', 'CN', 'ric'),
  format('\\d{6}-[1-8]\\d{6}', 'KR', 'rrn'),
  format('\\d{1,2}\\.\\d{3}\\.\\d{3}-[\\dkK]'),
  format('[A-Z]{1,2}\\d{6}\\([\\dA]\\)', 'HK', 'hkid'),
  format('[STFGM]\\d{7}[A-Z]'),
  // United States, with blanks or dots.
  format('(?!000|666|9\\d\\d)\\d{3} (?!00)\\d{2} (?!0000)\\d{4}'),
  format('(?!000|666)\\d{3}\\.(?!00)\\d{2}\\.(?!0000)\\d{4}'),
  // Canada and Australia: nine digits in groups of three.
  format('\\d{3}-\\d{3}-\\d{3}|\\d{3} \\d{3} \\d{3}', 'CA', 'sin'),
  format('\\d{3}-\\d{3}-\\d{3}|\\d{3} \\d{3} \\d{3}', 'AU', 'tfn'),
  format('\\d{2} \\d{3} \\d{3} \\d{3}', 'AU', 'abn'),
  format('\\d{7}[A-W][A-IW]?', 'IE', 'pps'),
  format('\\d{4}\\.\\d{2}\\.\\d{3}', 'NL', 'bsn'),
  format('\\d{8} ?\\d ?[A-Z\\d]{2}\\d', 'PT', 'cc'),
  format('\\d{3}-\\d{3}-\\d{2}-\\d{2}', 'PL', 'nip'),
  format('\\d{6}-\\d{4}', 'DK', 'cpr'),
  format('\\d{6}-\\d{4}', 'IS', 'kennitala'),
  format('[A-ZÑ&]{4}\\d{6}[A-Z\\d]{3}', 'MX', 'rfc'),
  format('\\d{2}-\\d{8}-\\d', 'AR', 'cuit'),
  format('\\d{6}-\\d{2}-\\d{4}', 'MY', 'nric'),
  format('[A-Z][12]\\d{8}', 'TW', 'natid'),
  format('\\d{3}-\\d{3}-\\d{3} \\d{2}'),
  format('756\\d{10}', 'CH', 'ssn'),
]

/** The same in lower case, where check digits confirm it. */
const lowercaseFormats: readonly NationalIdFormat[] = [
  format('[a-z]{2} ?\\d{2} ?\\d{2} ?\\d{2} ?[a-d]', 'GB', 'nino'),
  format('[a-z]{6}\\d{2}[a-ehlmprst]\\d{2}[a-z]\\d{3}[a-z]', 'IT', 'codicefiscale'),
]

const compileFormats = (ids: readonly NationalIdFormat[], first: string) => ({
  any: new RegExp(`(?=${first})${numberStart}(?:${ids.map(({ shape }) => shape).join('|')})${numberEnd}`, 'gu'),
  each: ids.map(({ shape, rule }) => ({ pattern: new RegExp(`(?:${shape})${numberEnd}`, 'uy'), rule })),
})
const compiledFormats = [
  compileFormats(formats, '[\\dA-Z]'),
  compileFormats(lowercaseFormats, '[a-z]{2}(?: ?\\d{2}|[a-z]{4}\\d)'),
]

/** National identity, insurance and tax numbers that need no word before them. */
export const nationalIds: Detector = function* (text) {
  for (const { any, each } of compiledFormats)
    for (const { index: start } of allMatches(any, text)) {
      for (const { pattern, rule } of each) {
        pattern.lastIndex = start
        const found = pattern.exec(text)?.[0]
        if (found === undefined || !isValid(found, rule) || isAfterReferenceWord(text, start)) continue
        yield { kind: 'national-id', start, end: start + found.length }
        break
      }
    }
}

function isValid(found: string, rule: NationalIdFormat['rule']): boolean {
  if (rule === undefined) return true
  const [country, name] = rule
  const rules = stdnum[country]
  return rules?.[name]?.validate(found).isValid ?? false
}
