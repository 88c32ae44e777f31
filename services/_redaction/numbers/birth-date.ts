import type { Detector } from '../engine/kinds.ts'
import { allMatches } from '../engine/matching.ts'
import { alternatives, birthDateWords, wordPattern } from '../lexicon/words.ts'

/** How the names of months begin, in the languages that the words before dates are in. */
const months = `jan, feb, fév, fev, mar, mär, mrt, maa, apr, avr, abr, may, mai, maj, mei, mag, jun, jui, giu, cze, jul, lug, lip,
  aug, aoû, ago, sie, sep, set, wrz, oct, okt, out, ott, paź, nov, lis, dec, dez, déc, dic, gru, ene, gen, sty, lut, kwi, янв,
  фев, мар, апр, мая, май, июн, июл, авг, сен, окт, ноя, дек`
const month = `(?:${alternatives(months)})\\p{L}{0,8}\\.?`
const date = [
  '\\d{4}[./-]\\d{1,2}[./-]\\d{1,2}',
  '\\d{1,2}[./-] ?\\d{1,2}[./-] ?\\d{2,4}',
  `\\d{1,2}(?:st|nd|rd|th|er|\\.|º)?[ -]?(?:of |de |den )?${month},?[ -]?(?:de )?\\d{2,4}`,
  `${month} \\d{1,2}(?:st|nd|rd|th)?,? \\d{4}`,
  '\\d{4}[年년] ?\\d{1,2}[月월] ?\\d{1,2}[日일]?',
  '(?:19|20)\\d{2}(?:0[1-9]|1[0-2])(?:[0-2]\\d|3[01])',
].join('|')
const labelledBirthDate = new RegExp(
  `(?:${wordPattern(birthDateWords)})[^\\d\\n\\0.;!?]{0,24}?(?:[?.]?\\s+(?:[\\p{L} ]{1,16}[:>]\\s*)?|[:="'.(])?(?<date>(?<![\\p{L}\\p{N}])(?:${date})(?![\\p{L}\\p{N}]))`,
  'giu',
)

/** Dates that a word says are dates of birth; a year alone is none. */
export const birthDates: Detector = function* (text) {
  for (const { 0: found, index, groups } of allMatches(labelledBirthDate, text)) {
    const end = index + found.length
    yield { kind: 'birth-date', start: end - (groups?.['date']?.length ?? 0), end }
  }
}
