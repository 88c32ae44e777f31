import { stdnum } from 'stdnum'
import type { Detector } from './kinds.ts'
import { isThing, matches, numberEnd, numberStart } from './matching.ts'

type Country = keyof typeof stdnum
type Id = {
  readonly shape: string
  /** Where the shape alone could be something else: the library's rule of check digits and dates. */
  readonly rule?: readonly [country: Country, id: string]
}

const id = (shape: string, ...rule: [Country, string] | []): Id => ({ shape, ...(rule.length === 2 && { rule }) })

const date = '(?:0[1-9]|[12]\\d|3[01])(?:0[1-9]|1[0-2])\\d{2}'

/** Numbers that states give to people, and that are told by their shape and check digits without a word before them. */
const ids: readonly Id[] = [
  // United States: social security and individual taxpayer numbers; no area 000 or 666, no group 00, no serial 0000.
  id('(?!000|666)\\d{3}-(?!00)\\d{2}-(?!0000)\\d{4}'),
  // United Kingdom: national insurance, in its groups or compact.
  id('[A-Z]{2} \\d{2} \\d{2} \\d{2} ?[A-D]'),
  id('[A-Z]{2}\\d{6}[A-D]', 'GB', 'nino'),
  id('[A-Z]{2} \\d{6} [A-D]', 'GB', 'nino'),
  // No prefix that is assigned, but the one of official examples.
  id('QQ ?\\d{6} ?[A-D]'),
  id('[A-Z]{2}-\\d{2}-\\d{2}-\\d{2}-[A-D]'),
  id('\\d{2} \\d{3} \\d{3} \\d{3}', 'DE', 'idnr'),
  id('[1278] ?\\d{2} ?(?:0\\d|[1-9]\\d) ?\\d[\\dAB] ?\\d{3} ?\\d{3} ?\\d{2}', 'FR', 'nir'),
  id('\\d{8}-?[A-HJ-NP-TV-Z]', 'ES', 'dni'),
  id('[XYZ]-?\\d{7}-?[A-Z]', 'ES', 'nie'),
  // Italy: names, date of birth and place, in letters and digits.
  id('[A-Z]{6}\\d{2}[A-EHLMPRST]\\d{2}[A-Z]\\d{3}[A-Z]'),
  id('[A-Z]{3} [A-Z]{3} \\d{2}[A-EHLMPRST]\\d{2} [A-Z]\\d{3}[A-Z]'),
  id('[2-9]\\d{3}[ -]\\d{4}[ -]\\d{4}', 'IN', 'aadhaar'),
  id('[A-Z]{3}[ABCFGHLJPT][A-Z] ?\\d{4} ?[A-Z]'),
  id('\\d{3}\\.\\d{3}\\.\\d{3}-\\d{2}'),
  id('(?:19|20)?\\d{6}[-+]\\d{4}', 'SE', 'personnummer'),
  id('\\d{6}[-+A]\\d{3}[0-9A-FHJ-NPR-Y]', 'FI', 'hetu'),
  id(`${date} \\d{5}`, 'NO', 'fodselsnummer'),
  id('\\d{2}\\.\\d{2}\\.\\d{2}-\\d{3}\\.\\d{2}'),
  id('756\\.\\d{4}\\.\\d{4}\\.\\d{2}'),
  id('\\d{6}/\\d{3,4}', 'CZ', 'rc'),
  id('[A-Z]{4}\\d{6}[HMX][A-Z]{5}[A-Z0-9]\\d'),
  id('\\d{17}[\\dX]', 'CN', 'ric'),
  id('\\d{6}-[1-8]\\d{6}', 'KR', 'rrn'),
  id('\\d{1,2}\\.\\d{3}\\.\\d{3}-[\\dkK]'),
  id('[A-Z]{1,2}\\d{6}\\([\\dA]\\)', 'HK', 'hkid'),
  id('[STFGM]\\d{7}[A-Z]'),
  // As above, in blanks and dots.
  id('(?!000|666|9\\d\\d)\\d{3} (?!00)\\d{2} (?!0000)\\d{4}'),
  id('(?!000|666)\\d{3}\\.(?!00)\\d{2}\\.(?!0000)\\d{4}'),
  // Canada and Australia: nine digits in threes.
  id('\\d{3}-\\d{3}-\\d{3}|\\d{3} \\d{3} \\d{3}', 'CA', 'sin'),
  id('\\d{3}-\\d{3}-\\d{3}|\\d{3} \\d{3} \\d{3}', 'AU', 'tfn'),
  id('\\d{2} \\d{3} \\d{3} \\d{3}', 'AU', 'abn'),
  id('\\d{7}[A-W][A-IW]?', 'IE', 'pps'),
  id('\\d{4}\\.\\d{2}\\.\\d{3}', 'NL', 'bsn'),
  id('\\d{8} ?\\d ?[A-Z\\d]{2}\\d', 'PT', 'cc'),
  id('\\d{3}-\\d{3}-\\d{2}-\\d{2}', 'PL', 'nip'),
  id('\\d{6}-\\d{4}', 'DK', 'cpr'),
  id('\\d{6}-\\d{4}', 'IS', 'kennitala'),
  id('[A-ZÑ&]{4}\\d{6}[A-Z\\d]{3}', 'MX', 'rfc'),
  id('\\d{2}-\\d{8}-\\d', 'AR', 'cuit'),
  id('\\d{6}-\\d{2}-\\d{4}', 'MY', 'nric'),
  id('[A-Z][12]\\d{8}', 'TW', 'natid'),
  id('\\d{3}-\\d{3}-\\d{3} \\d{2}'),
  id('756\\d{10}', 'CH', 'ssn'),
]

/** The same in small letters, where check digits allow it. */
const smallIds: readonly Id[] = [
  id('[a-z]{2} ?\\d{2} ?\\d{2} ?\\d{2} ?[a-d]', 'GB', 'nino'),
  id('[a-z]{6}\\d{2}[a-ehlmprst]\\d{2}[a-z]\\d{3}[a-z]', 'IT', 'codicefiscale'),
]

const search = (ids: readonly Id[], first: string) => ({
  any: new RegExp(`(?=${first})${numberStart}(?:${ids.map(({ shape }) => shape).join('|')})${numberEnd}`, 'gu'),
  each: ids.map(({ shape, rule }) => ({ pattern: new RegExp(`(?:${shape})${numberEnd}`, 'uy'), rule })),
})
const searches = [search(ids, '[\\dA-Z]'), search(smallIds, '[a-z]{2}(?: ?\\d{2}|[a-z]{4}\\d)')]

/** National identity, insurance and tax numbers of people that need no word before them. */
export const nationalIds: Detector = function* (text) {
  for (const { any, each } of searches)
    for (const { index: start } of matches(any, text)) {
      for (const { pattern, rule } of each) {
        pattern.lastIndex = start
        const found = pattern.exec(text)?.[0]
        if (found === undefined || !isValid(found, rule) || isThing(text, start)) continue
        yield { kind: 'national-id', start, end: start + found.length }
        break
      }
    }
}

function isValid(found: string, rule: Id['rule']): boolean {
  if (rule === undefined) return true
  const [country, name] = rule
  const rules = stdnum[country]
  return rules?.[name]?.validate(found).isValid ?? false
}
