/** Not after a letter, digit or currency sign, nor inside a decimal number: what stands there is an amount, a ticker or an option symbol. */
const start = '(?<![\\w$€£¥]|\\d[.,]|[$€£¥] )'
const end = '(?!\\w|[.,]\\d|%)'

const email = /[\p{L}\p{N}._%+'-]{1,64}@(?:[\p{L}\p{N}-]{1,63}\.){1,4}\p{L}{2,24}/gu
const iban = /\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{2,4}){3,8}\b/g
/** Four groups that do not start with a year, or American Express's three. */
const card = new RegExp(
  `${start}(?:\\d{13,19}|(?!19|20)\\d{4}([ -])\\d{4}\\1\\d{4}\\1\\d{4}|\\d{4}([ -])\\d{6}\\2\\d{5})${end}`,
  'g',
)
const international = '\\+1[ .-]?\\(?\\d{3}\\)?[ .-]?\\d{3}[ .-]?\\d{4}|\\+[2-9](?:[ .()-]{0,2}\\d){7,12}'
const northAmerican = '(?:1[ .-])?(?:\\(\\d{3}\\) ?|\\d{3}[ .-])\\d{3}[ .-]\\d{4}'
const national = '0\\d{2,4}[ -]\\d{3,4}[ -]?\\d{3,4}'
const phone = new RegExp(`${start}(?:${international}|${northAmerican}|${national})${end}`, 'g')
const currencies = 'USD|EUR|GBP|JPY|CHF|CAD|AUD|INR|KRW|dollars?|euros?|pounds?|yen|rupees?|won|shares?|units?|bucks'
const account = new RegExp(
  `${start}(?<!\\b(?:${currencies}) )(?:\\d{3}-\\d{2}-\\d{4}|[A-Z]?\\d{8,}|\\d{3,}(?:-\\d{3,}){1,4})${end}(?! (?:${currencies})\\b)`,
  'gi',
)

/**
 * Replaces e-mail addresses, phone numbers, card numbers (Luhn) and account numbers (IBAN, social security, 8 digits and
 * more) by `[email]`, `[phone]`, `[card]` and `[account]`. Amounts, dates, tickers and option symbols stay. Time is linear in
 * the length of the text, whoever wrote it.
 */
export function redact(text: string): string {
  return text
    .replace(email, '[email]')
    .replace(iban, found => replaceIban(found))
    .replace(card, found => (isCard(found) ? '[card]' : found))
    .replace(phone, '[phone]')
    .replace(account, found => (isAccount(found) ? '[account]' : found))
}

const digitsOf = (text: string): string => text.replace(/\D/g, '')

/** Luhn's check (ISO/IEC 7812-1). */
function isCard(found: string): boolean {
  let sum = 0
  for (const [at, digit] of [...digitsOf(found)].reverse().entries()) {
    const doubled = at % 2 === 0 ? Number(digit) : Number(digit) * 2
    sum += doubled > 9 ? doubled - 9 : doubled
  }
  return sum % 10 === 0
}

function isAccount(found: string): boolean {
  const digits = digitsOf(found)
  if (/^\d{3}-\d{2}-\d{4}$/.test(found)) return true
  if (found.includes('-')) return digits.length >= 10
  const isDate = /^(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])$/.test(digits)
  const isRound = digits.endsWith('00000')
  return !isDate && !isRound
}

/** Drops trailing words until the check digits fit (ISO 13616, modulo 97); leaves what never fits. */
function replaceIban(found: string): string {
  for (let length = found.length; length >= 15; length = found.lastIndexOf(' ', length - 1)) {
    const candidate = found.slice(0, length).replaceAll(' ', '')
    if (candidate.length >= 15 && checksum(candidate) === 1) return `[account]${found.slice(length)}`
  }
  return found
}

function checksum(iban: string): number {
  let rest = 0
  for (const character of iban.slice(4) + iban.slice(0, 4))
    rest = Number(`${rest}${Number.parseInt(character, 36)}`) % 97
  return rest
}
