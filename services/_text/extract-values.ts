const months = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ')
const MONTH = '(jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)(?:uary|ruary|ch|il|ust|ember|tember|ober)?'
const DAY = '(\\d{1,2})(?:st|nd|rd|th)?'
const NUMBER = '(\\d{1,3}(?:,\\d{3})+(?:\\.\\d+)?|\\d+(?:\\.\\d+)?|\\.\\d+)'
const scales: Readonly<Record<string, number>> = {
  k: 1e3,
  thousand: 1e3,
  m: 1e6,
  mm: 1e6,
  million: 1e6,
  b: 1e9,
  bn: 1e9,
  billion: 1e9,
}
const SCALE = '(?:\\s?(k|mm|m|bn|b|thousand|million|billion)\\b)?'
const currencies: Readonly<Record<string, string>> = {
  $: 'USD',
  '€': 'EUR',
  '£': 'GBP',
  '¥': 'JPY',
  dollar: 'USD',
  buck: 'USD',
  usd: 'USD',
  euro: 'EUR',
  eur: 'EUR',
  pound: 'GBP',
  gbp: 'GBP',
  yen: 'JPY',
  jpy: 'JPY',
}

/** Words in capitals that are not tickers: common words, and names of forms and accounts. */
const nonTickerCapitals = new Set(
  `A I AM AN AS AT BE BY DO GO HE IF IN IS IT ME MY NO OF OH OK ON OR SO TO UP US WE AND ARE BUT CAN DID FOR GET HAS HOW
  MAY NOT NOW OUT PIN SMS THE WAS WHO WHY YES YOU ACH ADR AGI API APR APY ATM CD CEO CFO CPA CSV DRIP EPS EST ET EDT PST PT
  ETF ETFS FAQ FBI FDIC FINRA FX GTC HELP HSA ID IPO IRA IRS IT LLC LTD MFA NAV NYSE OTC OTP PDF PE PM QR RMD ROTH RMDS SEC
  SEP SIPC SSN TOD TV UK UI URL USA USD EUR GBP JPY UTMA VAT VIP W2 YTD ACATS ASAP IBAN SWIFT PLEASE`.split(/\s+/),
)

/** Names of accounts that contain a number. */
const ACCOUNTS = /\b(?:401|403|457)\s?(?:\([kb]\)|[kb]\b)/gi

type Rule = {
  readonly pattern: RegExp
  readonly value: (groups: readonly (string | undefined)[]) => string | undefined
}

/** Applied in this order: text that a rule has read is removed for those after it. */
const rules: readonly Rule[] = [
  { pattern: /\b(\d{4})-(\d{2})-(\d{2})\b/g, value: ([, year, month, day]) => `date:${year}-${month}-${day}` },
  {
    pattern: /\b(\d{1,2})\/(\d{1,2})\/(\d{4}|\d{2})\b/g,
    value: ([, month, day, year]) =>
      `date:${year?.length === 2 ? `20${year}` : year}-${padTwoDigits(month)}-${padTwoDigits(day)}`,
  },
  {
    pattern: new RegExp(`\\b${MONTH}\\.? ${DAY}(?:,? (\\d{4}))?\\b`, 'gi'),
    value: ([, month, day, year]) => dateValue(year, month, day),
  },
  {
    pattern: new RegExp(`\\b${DAY}(?: of)? ${MONTH}\\b\\.?(?:,? (\\d{4}))?`, 'gi'),
    value: ([, day, month, year]) => dateValue(year, month, day),
  },
  { pattern: new RegExp(`\\b${MONTH}\\.?,? (\\d{4})\\b`, 'gi'), value: ([, month, year]) => dateValue(year, month) },
  {
    pattern: /\b(today|tomorrow|yesterday|(?:last|this|next) (?:week|month|quarter|year))\b/gi,
    value: ([, when]) => `date:${when?.toLowerCase().replace(' ', '-')}`,
  },
  {
    pattern: new RegExp(`${NUMBER}\\s?(?:%|percent\\b)`, 'gi'),
    value: ([, number]) => `percent:${parseAmount(number)}`,
  },
  {
    pattern: new RegExp(`([$€£¥])\\s?${NUMBER}${SCALE}`, 'gi'),
    value: ([, sign, number, scale]) => `amount:${parseAmount(number, scale)}:${currencyCode(sign)}`,
  },
  {
    pattern: new RegExp(
      `(?<![\\w.])${NUMBER}${SCALE}\\s?(dollars?|bucks?|usd|euros?|eur|pounds?|gbp|yen|jpy)\\b`,
      'gi',
    ),
    value: ([, number, scale, unit]) => `amount:${parseAmount(number, scale)}:${currencyCode(unit)}`,
  },
  { pattern: /\$([A-Z]{1,5})\b/g, value: ([, ticker]) => `ticker:${ticker}` },
  { pattern: /(?<![\w$])((?:19|20)\d{2})(?![\w,.]\d)\b/g, value: ([, year]) => `date:${year}` },
  {
    pattern: new RegExp(`(?<![\\w.])${NUMBER}${SCALE}(?![\\w(])`, 'gi'),
    value: ([, number, scale]) => `quantity:${parseAmount(number, scale)}`,
  },
  {
    pattern: /(?<![\w'$])([A-Z]{2,5}(?:\.[A-Z])?)(?![\w'])/g,
    value: ([, ticker = '']) => (nonTickerCapitals.has(ticker) ? undefined : `ticker:${ticker}`),
  },
]

/**
 * The values of a text, normalised so that two texts can be compared, sorted, each once: `amount:1200.5:USD`, `percent:5`,
 * `quantity:100`, `date:2026-03-01`, `date:03-01` (no year), `date:2026-03`, `date:2026`, `date:yesterday`, `ticker:AAPL`. Numeric
 * dates are read month first. Numbers in words are not read. In a text all in capitals only tickers written $AAPL are read.
 */
export function extractValues(text: string): readonly string[] {
  const found = new Set<string>()
  let rest = text.replace(ACCOUNTS, ' ; ')
  const isAllCapitals = !/[a-z]/.test(text)
  for (const { pattern, value } of rules) {
    rest = rest.replace(pattern, (...groups: (string | undefined)[]) => {
      const normalised = value(groups)
      if (
        normalised === undefined ||
        (isAllCapitals && normalised.startsWith('ticker:') && !groups[0]?.startsWith('$'))
      )
        return groups[0] ?? ''
      found.add(normalised)
      return ' ; '
    })
  }
  return [...found].sort()
}

/** Whether two texts state the same values. */
export function haveSameValues(left: string, right: string): boolean {
  return extractValues(left).join() === extractValues(right).join()
}

function parseAmount(number = '', scale = ''): number {
  return Number((Number(number.replaceAll(',', '')) * (scales[scale.toLowerCase()] ?? 1)).toPrecision(12))
}

function currencyCode(sign = ''): string {
  const word = sign.toLowerCase()
  return currencies[word] ?? currencies[word.replace(/s$/, '')] ?? 'USD'
}

function dateValue(year: string | undefined, month = '', day?: string): string {
  const number = padTwoDigits(String(months.indexOf(month.slice(0, 3).toLowerCase()) + 1))
  return `date:${[year, number, day === undefined ? undefined : padTwoDigits(day)].filter(part => part !== undefined).join('-')}`
}

function padTwoDigits(number = ''): string {
  return number.padStart(2, '0')
}
