import type { Detector } from '../engine/kinds.ts'
import { findMatches, isAfterReferenceWord } from '../engine/matching.ts'
import { vendorTokens } from './vendor-tokens.ts'

/** Shorter than any of them no word is. */
const sixteenCharacters = /\b[\w./:-]{16}/
/** As random as a key: no word, digest or number mixes capitals, small letters and digits over that length. */
const randomToken = /(?<![\w+/=.-])(?=[\w+/-]{0,40}\d)[A-Za-z0-9_-][\w+/-]{31,127}={0,2}(?![\w+/=-])/g
/** Shorter ones, of letters and digits alone, where nothing is numbered. */
const shortRandomToken = /(?<![\w+/=.-])(?=[A-Za-z]{0,20}\d)[A-Za-z\d]{20,31}(?![\w+/=.-])/g
const idLabel = /(?:id|ids|ref|uid|uuid|trace|request)["']?[ :=#]{1,3}["']?$/i
const privateKey =
  /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----(?:[^-]|-(?!-)){0,16000}(?:-----END [A-Z0-9 ]{0,40}-----)?/g
/** The password in `-u user:password`, as command-line clients take it. */
const userPasswordOption = /(?<=\s(?:-u|--user)[ =]['"]?[^\s:'"]{1,80}:)[^\s'"]{3,200}/g
/** The password in `mysql -u user -ppassword`, `docker login -u user -p password`, `redis-cli -a password`. */
const passwordFlag =
  /(?<=\b(?:mysql\w{0,8}(?= )[^\n]{0,80}\s-p|(?:docker|podman|helm|mongo\w{0,8}|sshpass|ldapsearch|sqlcmd|smbclient|7z|unzip)(?= )[^\n]{0,80}\s-(?:p|P|w|pw)[ =]?|redis-cli(?= )[^\n]{0,80}\s-a[ =]?)['"]?)[^\s'"-][^\s'"]{2,200}/g
/** The second of two strings where programs take a user and a password. */
const passwordArgument =
  /(?<=(?:auth ?= ?\(|BasicAuth\(|\b(?:login|authenticate|signin|sign_in|auth|credentials)\() ?["'][^"'\n]{1,80}["'], ?["'])[^"'\s]{4,200}(?=["'])|(?<=\bidentified (?:by|with \w{1,40} by) ["'])[^"'\s]{3,200}(?=["'])/gi
/** The password of a FIX logon: tags 554 and 925. */
const fixLogonPassword = /(?<=[|^;\s](?:554|925)=)[^|^;\s\0]{3,100}/g
/** Azure's connection strings, AWS's and Google's signed links. */
const signedUrlParameter =
  /(?<=(?:AccountKey|SharedAccessKey|SharedAccessSignature|[?&]sig|X-Amz-Signature|X-Amz-Security-Token|X-Goog-Signature)=)[\w%+/=.-]{8,1000}/g
const digestLabel = /(?:sha|md5|blake)[\w-]{0,8}(?: ?[:=-] ?|\s(?:is\s)?)$|fingerprint[\w ]{0,12}:? ?$/i

/** Keys, tokens and passwords that show by themselves what they are. */
export const unlabelledSecrets: Detector = function* (text) {
  if (sixteenCharacters.test(text)) {
    yield* findMatches('secret', vendorTokens, text)
    yield* findMatches('secret', randomToken, text, (found, at) => isRandom(found) && !isAfterDigestWord(text, at))
    yield* findMatches(
      'secret',
      shortRandomToken,
      text,
      (found, at) =>
        isRandom(found, 3) &&
        !isAfterDigestWord(text, at) &&
        !isAfterReferenceWord(text, at) &&
        !idLabel.test(text.slice(Math.max(0, at - 16), at)),
    )
  }
  if (text.includes('-----BEGIN')) yield* findMatches('secret', privateKey, text)
  if (/\s(?:-u|--user)[ =]/.test(text)) yield* findMatches('secret', userPasswordOption, text)
  if (/\s-[pPwa]/.test(text)) yield* findMatches('secret', passwordFlag, text)
  if (/auth|login|sign|credentials|identified/i.test(text)) yield* findMatches('secret', passwordArgument, text)
  if (text.includes('=')) {
    yield* findMatches('secret', signedUrlParameter, text)
    if (/\b(?:8=FIX|35=)/.test(text)) yield* findMatches('secret', fixLogonPassword, text)
  }
}

/** Whether the words before a place say that a digest or fingerprint follows: those are published. */
export const isAfterDigestWord = (text: string, at: number): boolean =>
  digestLabel.test(text.slice(Math.max(0, at - 30), at))

const characterClassChange = /[a-z](?=[A-Z\d])|[A-Z](?=[a-z\d])|\d(?=[A-Za-z])/g

/** Mixed from one character to the next: names made of words change far less. */
export function isRandom(found: string, minOfEachClass = 2): boolean {
  const counts = [/[a-z]/g, /[A-Z]/g, /\d/g].map(set => found.match(set)?.length ?? 0)
  // An AWS secret key: 40 characters of base64, few of which may be digits.
  if (found.length === 40 && /[/+]/.test(found)) return counts.every(count => count > 0)
  const isMixed = (found.match(characterClassChange)?.length ?? 0) >= found.length * 0.4
  return (
    counts.every(count => count >= minOfEachClass) &&
    new Set(found).size >= Math.min(16, found.length * 0.6) &&
    isMixed &&
    !/\/\w{1,12}\/\w{1,12}\//.test(found)
  )
}
