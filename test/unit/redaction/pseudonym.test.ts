import { describe, expect, it } from 'vitest'
import { detect } from '#redaction/detect.ts'
import { createPseudonymizer } from '#redaction/pseudonym.ts'

const pseudonymOf = createPseudonymizer('the key of this test')

describe('a pseudonym', () => {
  it.each([
    ['phone', '+1 (415) 555-0132', '+14155550132'],
    ['phone', '+44 (0)20 7946 0958', '0044 20 7946 0958'],
    ['card', '4111 1111 1111 1111', '４１１１-１１１１-１１１１-１１１１'],
    ['iban', 'DE89 3704 0044 0532 0130 00', 'de89370400440532013000'],
  ] as const)('of %s is the same for all spellings', (kind, one, other) => {
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

describe('an address', () => {
  it.each([
    'Jane.Doe@Example.com',
    'jane.doe%40example.com',
    'jane.doe&#64;example.com',
    'jane.doe @ example.com',
    'jane.doe (at) example (dot) com',
    'jane.doe [at] example [ponto] com',
    'jane.doe {a} example . com',
    'jane.doe (ät) example punkt com',
    'jane.doe [arobase] example [point] com',
    'jane.doe (chiocciola) example (punto) com',
    'jane.doe <apenstaartje> example dot com',
    'jane dot doe at example dot com',
    'jane punkt doe ät example punkt com',
    'jane punto doe arroba example punto com',
    'jane point doe arobase example point com',
    'jane punto doe chiocciola example punto com',
    'jane ponto doe arroba example ponto com',
    'jane kropka doe małpa example kropka com',
    'jane dot doe apenstaartje example dot com',
    'jane punkt doe klammeraffe example punkt com',
    'jane kropka doe at example kropka com',
    'jane.doe at example (dot) com',
  ])('written as %s is found as a whole and has one pseudonym', text => {
    expect(detect(text)).toEqual([{ kind: 'email', start: 0, end: text.length }])
    expect(pseudonymOf('email', text)).toBe(pseudonymOf('email', 'jane.doe@example.com'))
  })

  it.each([
    ['jane underscore doe at example dot com', 'jane_doe@example.com'],
    ['jane dash doe at example dot com', 'jane-doe@example.com'],
    ['jane hyphen doe dot x at mail dot example dot com', 'jane-doe.x@mail.example.com'],
  ])('with other characters spelled: %s', (text, address) => {
    expect(detect(text)).toEqual([{ kind: 'email', start: 0, end: text.length }])
    expect(pseudonymOf('email', text)).toBe(pseudonymOf('email', address))
  })
})
