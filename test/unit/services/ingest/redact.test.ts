import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { redact } from '#services/ingest/redact.ts'

describe('redact replaces', () => {
  it.each([
    ['write to jane.doe+x@mail.example.co.uk.', 'write to [email].'],
    ['call +1 (415) 555-0132 or 415-555-0132', 'call [phone] or [phone]'],
    ['call (415) 555 0132, 415.555.0132 or 1-415-555-0132', 'call [phone], [phone] or [phone]'],
    ['mobile +49 170 1234567, London 020 7946 0958', 'mobile [phone], London [phone]'],
    ['card 4111 1111 1111 1111 declined', 'card [card] declined'],
    ['card 4111111111111111, amex 3782-822463-10005', 'card [card], amex [card]'],
    ['account 12345678 and X87654321', 'account [account] and [account]'],
    ['account 1234-5678-9012.', 'account [account].'],
    ['ssn 123-45-6789', 'ssn [account]'],
    ['IBAN DE89 3704 0044 0532 0130 00 PLEASE', 'IBAN [account] PLEASE'],
    ['GB82WEST12345698765432', '[account]'],
  ])('%s', (text, expected) => {
    expect(redact(text)).toBe(expected)
  })
})

describe('redact never touches', () => {
  it.each([
    ['amounts', 'send $12,500,000.00 or €12345678 or 12345678.90 or 12345678 USD, USD 12345678, 250000000 yen'],
    ['round amounts', 'transfer 10000000 to savings'],
    ['quantities', 'sell 12345678 shares of BRK.B at 412.25'],
    ['dates', 'between 2024-01-15 and 20240131, 01/15/2024 or 15.01.2024, 2019-2024, 2019 2020 2021 2022'],
    ['tickers', 'buy AAPL@150.25, $TSLA, BTC-USD, 0700.HK and ISIN US0378331005'],
    ['option symbols', 'close SPY240119C00450000 and AAPL240119P00150000'],
    ['small numbers', 'order 123456, 401k, 12 345 678, form 1099-B, 5+3'],
  ])('%s', (_what, text) => {
    expect(redact(text)).toBe(text)
  })

  it('leaves a number that only looks like a card to the other rules', () => {
    expect(redact('4111 1111 1111 1112')).toBe('4111 1111 1111 1112')
    expect(redact('4111111111111112')).toBe('[account]')
  })
})

it('finds them between any words, and leaves the words', () => {
  const secret = fc.constantFrom('a@b.com', '415-555-0132', '+49 170 1234567', '4111 1111 1111 1111', '987654321')
  const word = fc.constantFrom('pay', '$5,000', 'AAPL', '2024-01-15', 'now,', '(or', '401k', 'naïve')
  fc.assert(
    fc.property(fc.array(word), secret, fc.array(word), (before, found, after) => {
      const text = redact([...before, found, ...after].join(' '))
      expect(text).toBe([...before, redact(found), ...after].join(' '))
      expect(text).toMatch(/\[(?:email|phone|card|account)\]/)
    }),
    { seed: 7 },
  )
})
