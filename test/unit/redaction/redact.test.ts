import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createPseudonymizer } from '#redaction/pseudonym.ts'
import { redact, redactAll } from '#redaction/redact.ts'

const pseudonymOf = createPseudonymizer('the key of this test')
const redacted = (text: string): string => redact(text, pseudonymOf).text

/** Values, and words that announce values. */
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
  it('replaces a value by its kind and pseudonym, and counts', () => {
    const { text, counts } = redact('a@b.com called from 415-555-0132, not A@B.COM', pseudonymOf)
    expect(text).toMatch(/^\[email:([a-f]{20})\] called from \[phone:[a-f]{20}\], not \[email:\1\]$/)
    expect(counts).toEqual({ email: 2, phone: 1 })
  })
  it('of redacted text changes nothing', () => {
    fc.assert(
      fc.property(fc.oneof(chatter, fc.string({ maxLength: 80 })), text => {
        expect(redacted(redacted(text))).toBe(redacted(text))
      }),
      { seed: 11, numRuns: 150 },
    )
  })
  it('of a value does not depend on the words around it', () => {
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
  it('of several texts replaces in each what is found in any of them', () => {
    const { texts, counts } = redactAll(['my account number is 12345678', 'open 12345678'], pseudonymOf)
    expect(texts[1]).toBe(`open ${pseudonymOf('account', '12345678')}`)
    expect(counts).toEqual({ account: 2 })
  })
})
