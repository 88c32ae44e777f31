import type { CountryCode } from 'libphonenumber-js/max'
import { numberEnd, numberStart } from '../engine/context.ts'

/** Between the digits of a phone number. */
export const separator = '[ .\\/()-]'
const extension = '(?:,? ?(?:ext\\.?|x|extension) ?\\d{1,6})?'
/** With a plus and a country code. */
export const international = new RegExp(
  `(?<![\\p{L}\\p{N}])(?:\\+|%2[Bb]) ?\\(?[1-9](?:${separator}{0,3}\\d){6,14}${extension}`,
  'gu',
)
/** With the prefix for calls abroad instead of the plus: 00, or 011 in North America. */
export const withExitCode = new RegExp(
  `${numberStart}(?:00|011[ -])[1-9](?:${separator}{0,2}\\d){7,14}${numberEnd}`,
  'gu',
)
/** National shapes that no other number has. */
export const nationalShapes = new RegExp(
  `${numberStart}(?:${[
    // North America
    `(?:\\(?1\\)?[ .-]{0,2})?(?:\\([2-9]\\d{2}\\) ?-? ?\\d{3}[ .-]?|[2-9]\\d{2}([.-]| - )\\d{3}\\1|[2-9]\\d{2}[ /-][2-9]\\d{2}[ .-])\\d{4}${extension}`,
    '[2-9]\\d{2}[ ./-]?[2-9]\\d{6} ?(?:ext|x)\\.? ?\\d{1,6}',
    // United Kingdom, mobile; libphonenumber refuses those that are reserved for films
    '07\\d{3} ?\\d{3} ?\\d{3}',
    // India, mobile
    '[6-9]\\d(?!000)\\d{3}[ -](?!\\d{2}000)\\d{5}',
    // Brazil
    '\\(\\d{2}\\) ?9?[ .]?\\d{4}[ -]\\d{4}',
    // Russia
    '8[ -]?9\\d{2}[ -]?\\d{3}[ -]\\d{2}[ -]\\d{2}',
    '8[ -]?\\(\\d{3,4}\\)[ -]?\\d{2,3}-\\d{2}-\\d{2}',
  ].join('|')})${numberEnd}`,
  'gu',
)
/** Groupings that are common in a country. Other numbers have them too, so the country's rules must confirm them. */
const nationalGroupings: readonly (readonly [country: CountryCode, shape: string])[] = [
  ['ES', '[6-9]\\d{2}([ .-])\\d{2}\\1\\d{2}\\1\\d{2}|[67]\\d{2}([ .-])\\d{3}\\2\\d{3}|[89]\\d ?\\d{3} \\d{2} \\d{2}'],
  ['IT', '3\\d{2}[ ./-]\\d{6,7}|3\\d{2}([ .-])\\d{3}\\1\\d{3,4}|3\\d{2}([ .-])\\d{2}\\2\\d{2}\\2\\d{3}'],
  ['PL', '[5-8]\\d{2}([ -])\\d{3}\\1\\d{3}|[1-9]\\d([ -])\\d{3}\\2\\d{2}\\2\\d{2}'],
  ['PT', '9[1236]\\d([ .])\\d{3}\\1\\d{3}'],
  ['NO', '[49]\\d{2} \\d{2} \\d{3}'],
  ['GR', '(?:69|2[1-8])\\d[ -]?\\d{3} ?\\d{4}'],
  ['CN', '1[3-9]\\d([ -])\\d{4}\\1\\d{4}'],
  ['BR', '[1-9]{2} 9\\d{4}[ -]\\d{4}'],
  ['MX', '[2-9]\\d \\d{4} \\d{4}'],
]
export const groupedByCountry = nationalGroupings.map(([country, shape]) => ({
  country,
  pattern: new RegExp(`(?<!\\d[ .-])${numberStart}(?:${shape})${numberEnd}(?![ -]\\d)`, 'gu'),
}))
/** With a country code, without the plus. */
export const withoutPlus = new RegExp(
  `(?<!\\d[ .-])${numberStart}(?:3[0-469]|4[013-9]|5[25]|6[1-5]|91|27|86|353|351|358|852|97[12]|420)[ -](?:\\(0\\) ?)?\\d{1,5}(?:[ -]\\d{2,8}){1,4}${numberEnd}`,
  'gu',
)
/** With its label after it: `412 60 039 (office)`. */
export const labelledAfter = new RegExp(
  `${numberStart}[+(]?\\d(?:${separator}{0,2}\\d){6,14}(?=[ -]{1,3}(?:\\(|(?:is|was) (?:my|his|her|our|the) (?:new |old )?)?(?:office|fax|mobile|cell|home|work|phone|landline|mobil|handy|privat|büro)(?=[\\n,.;)|]|\\s*$))`,
  'giu',
)
/** With the trunk prefix 0: in groups, or in one piece where it begins as the mobile numbers of some countries do. */
export const withTrunkPrefix = new RegExp(
  `${numberStart}(?:(?:\\(?0|\\(0\\) ?)[1-9]\\d{0,4}\\)?(?:[ .\\/-]{1,3}\\d{2,8}){1,4}|0(?:7\\d{9}|1[567]\\d{8,9}|[67]\\d{8}|4\\d{8}|8[1-9]\\d{8}|[789]0\\d{8}))${numberEnd}`,
  'gu',
)

/** In links that call or write to a number. */
export const inPhoneUri = /(?<=wa\.me\/|(?:tel|callto|sms):)\+?\d[\d-]{7,18}/g
