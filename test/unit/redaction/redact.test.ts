import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createPseudonymizer } from '#redaction/pseudonym.ts'
import { redact, redactAll } from '#redaction/redact.ts'

const pseudonymOf = createPseudonymizer('the key of this test')
const redacted = (text: string): string => redact(text, pseudonymOf).text

/** Values and words that send detectors on their way, so that what one leaves is what another looks at. */
const pieces = fc.constantFrom(
  ...['a@b.com', '415-555-0132', '+49 170 1234567', '4111 1111 1111 1111', 'DE89370400440532013000', '123-45-6789'],
  ...[
    'account',
    'account number',
    'card',
    'password:',
    'my pin is',
    'born',
    'order',
    'token',
    '-u a:',
    'ftp://u:p@h.io',
  ],
  ...[
    '12345678',
    'hunter2',
    '4821',
    '1990-07-22',
    '$5,000',
    'AAPL',
    'and',
    'is',
    'naïve',
    '７７',
    '\u200b',
    '[email:fadcbeeafbdcacfbedaf]',
  ],
)
const glue = fc.constantFrom(' ', ', ', ': ', '\n', '?\nme: ', '', '-', '(', '"')
const chatter = fc.array(fc.tuple(pieces, glue), { maxLength: 14 }).map(parts => parts.flat().join(''))

describe('redaction', () => {
  it('writes kind and pseudonym, and counts', () => {
    const { text, counts } = redact('a@b.com called from 415-555-0132, not A@B.COM', pseudonymOf)
    expect(text).toMatch(/^\[email:([a-f]{20})\] called from \[phone:[a-f]{20}\], not \[email:\1\]$/)
    expect(counts).toEqual({ email: 2, phone: 1 })
  })
  it('of redacted text changes nothing, whatever was in it', () => {
    fc.assert(
      fc.property(fc.oneof(chatter, fc.string({ maxLength: 80 })), text => {
        expect(redacted(redacted(text))).toBe(redacted(text))
      }),
      { seed: 11, numRuns: 150 },
    )
  })
  it('leaves a value with its marks to no neighbour', () => {
    const value = fc.constantFrom(
      'a@b.com',
      '+49 170 1234567',
      '4111 1111 1111 1111',
      '123-45-6789',
      'GB82WEST12345698765432',
    )
    const word = fc.constantFrom('pay', '$5,000', 'AAPL', '2024-01-15', 'now,', '(or', '401k', 'naïve')
    fc.assert(
      fc.property(fc.array(word), value, fc.array(word), (before, secret, after) => {
        expect(redacted([...before, secret, ...after].join(' '))).toBe(
          [...before, redacted(secret), ...after].join(' '),
        )
      }),
      { seed: 7 },
    )
  })
  it('of several texts replaces in each what any of them tells', () => {
    const { texts, counts } = redactAll(['my account number is 12345678', 'open 12345678'], pseudonymOf)
    expect(texts[1]).toBe(`open ${pseudonymOf('account', '12345678')}`)
    expect(counts).toEqual({ account: 2 })
  })
})

describe('a pseudonym', () => {
  it.each([
    ['email', 'Jane.Doe@Example.com', 'jane.doe (at) example (dot) com'],
    ['phone', '+1 (415) 555-0132', '+14155550132'],
    ['phone', '+44 (0)20 7946 0958', '0044 20 7946 0958'],
    ['card', '4111 1111 1111 1111', '４１１１-１１１１-１１１１-１１１１'],
    ['iban', 'DE89 3704 0044 0532 0130 00', 'de89370400440532013000'],
  ] as const)('of %s is the same however it is written', (kind, one, other) => {
    expect(pseudonymOf(kind, one)).toBe(pseudonymOf(kind, other))
  })
  it('differs between values, kinds and keys', () => {
    const all = [
      pseudonymOf('account', '12345678'),
      pseudonymOf('account', '12345679'),
      pseudonymOf('national-id', '12345678'),
      createPseudonymizer('another key of this test')('account', '12345678'),
      pseudonymOf('secret', 'Hunter2'),
      pseudonymOf('secret', 'hunter2'),
    ].map(pseudonym => pseudonym.split(':')[1])
    expect(new Set(all).size).toBe(all.length)
  })
})
