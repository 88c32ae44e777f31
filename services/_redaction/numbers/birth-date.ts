import type { Detector } from '../engine/kinds.ts'
import { findValueGroups } from '../engine/matching.ts'
import { birthDateWords } from '../lexicon/number-words.ts'
import { alternatives, wordEnd, wordPattern, wordStart } from '../lexicon/pattern.ts'

/** Beginnings of the names of months, in the languages of `birthDateWords`. */
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
  `(?:${wordPattern(birthDateWords)})[^\\d\\n\\0.;!?]{0,24}?(?:[?.]?\\s+(?:[\\p{L} ]{1,16}[:>]\\s*)?|[:="'.(])?(?<value>${wordStart}(?:${date})${wordEnd})`,
  'giu',
)

/** Dates of birth after a word for one; a year alone is none. */
export const birthDates: Detector = text => findValueGroups('birth-date', labelledBirthDate, text)
