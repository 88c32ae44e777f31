import { expect, it } from 'vitest'
import { detect } from '#redaction/detect.ts'

const beginnings = [
  '1',
  'a',
  '@',
  '.',
  '-',
  ' ',
  'a.',
  'a@',
  'a@b.',
  '+1',
  '0 ',
  '4111 ',
  '4111-',
  '12 ',
  '(415) ',
  'DE89',
  'DE89 3704 ',
  'A1',
  'password ',
  'password: ',
  'account ',
  'account 12345678 ',
  'phone 4155550132, ',
  'key ',
  'token a1B2',
  'sk-a',
  'eyJa.',
  '://a:',
  'a://b:c@',
  '-----BEGIN PRIVATE KEY-----',
  '[email:',
  '1.1.1.1 ',
  '1:',
  '0x',
  'born 1/',
  'a (at) ',
  'a at b dot ',
  '(dot)',
  'seed phrase ',
  'abcd ',
  '"a"@',
  '%40',
  '123-45-6789 ',
  'order 12',
  '\u200b',
  '１',
  '?\n',
  'AB 12 34 56 ',
  'aA1_',
  'number?\nA: ',
  'pin?\nA:',
  'my password is ',
  'passphrase is abc def ',
  'abc-abc-',
  'a underscore ',
  '1234|12/28|',
  'a/b/',
  '(',
  'is ',
  'a=b;',
  'Aa_=',
  'key=a1',
  '--token a',
  'a/b@c:1:',
  'a://b:c@d a:',
  'host=a ',
  'password Aa1_bcd ',
  'app password abcd ',
  'seed phrase abcde ',
  'key was ',
  'pin x ',
  'account 123-456-789 ',
  '123-456-789 ',
  '44 20 ',
  'a@b.c / ',
  '<a>',
  'token 0123456789abcdef',
  'backup codes a1b2 ',
  '123456 is my ',
  'authenticator ABCD ',
  'the code you sent ',
  'jane at a (dot) ',
  'a <a> ',
  'TFN 446-526-314, ',
]

/** Processor time of a search. */
const secondsOf = (text: string): number => {
  const before = process.cpuUsage()
  detect(text)
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1e6
}

// A linear search takes about eight times as long for eight times the text, a quadratic one 64 times.
it.each(beginnings)('time grows with the text, not faster: %j', beginning => {
  const ofLength = (length: number): string => beginning.repeat(Math.ceil(length / beginning.length)).slice(0, length)
  detect(ofLength(8_192))
  const short = Math.max(secondsOf(ofLength(8_192)), 0.01)
  expect(secondsOf(ofLength(8 * 8_192)) / short).toBeLessThan(32)
})
