import { isAfterDigestWord, isAfterReferenceWord } from '../engine/context.ts'
import type { Detector } from '../engine/kinds.ts'
import { findMatches, textBefore } from '../engine/matching.ts'
import { isRandom } from './shapes.ts'
import { vendorTokens } from './vendor-tokens.ts'

/** No token is shorter, and most words are. */
const sixteenCharacters = /\b[\w./:-]{16}/
/** Long enough to be random: no word, digest or number mixes upper case, lower case and digits over that length. */
const randomToken = /(?<![\w+/=.-])(?=[\w+/-]{0,40}\d)[A-Za-z0-9_-][\w+/-]{31,127}={0,2}(?![\w+/=-])/g
/** Shorter tokens of letters and digits only; not after a word for an identifier. */
const shortRandomToken = /(?<![\w+/=.-])(?=[A-Za-z]{0,20}\d)[A-Za-z\d]{20,31}(?![\w+/=.-])/g
const idLabel = /(?:id|ids|ref|uid|uuid|trace|request)["']?[ :=#]{1,3}["']?$/i
const privateKey =
  /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----(?:[^-]|-(?!-)){0,16000}(?:-----END [A-Z0-9 ]{0,40}-----)?/g
/** The password in `-u user:password`, as command-line clients take it. */
const userPasswordOption = /(?<=\s(?:-u|--user)[ =]['"]?[^\s:'"]{1,80}:)[^\s'"]{3,200}/g
/** The password in `mysql -u user -ppassword`, `docker login -u user -p password`, `redis-cli -a password`. */
const passwordFlag =
  /(?<=\b(?:mysql\w{0,8}(?= )[^\n]{0,80}\s-p|(?:docker|podman|helm|mongo\w{0,8}|sshpass|ldapsearch|sqlcmd|smbclient|7z|unzip)(?= )[^\n]{0,80}\s-(?:p|P|w|pw)[ =]?|redis-cli(?= )[^\n]{0,80}\s-a[ =]?)['"]?)[^\s'"-][^\s'"]{2,200}/g
/** The second string argument of functions that take a user and a password. */
const passwordArgument =
  /(?<=(?:auth ?= ?\(|BasicAuth\(|\b(?:login|authenticate|signin|sign_in|auth|credentials)\() ?["'][^"'\n]{1,80}["'], ?["'])[^"'\s]{4,200}(?=["'])|(?<=\bidentified (?:by|with \w{1,40} by) ["'])[^"'\s]{3,200}(?=["'])/gi
/** The password of a FIX logon: tags 554 and 925. */
const fixLogonPassword = /(?<=[|^;\s](?:554|925)=)[^|^;\s\0]{3,100}/g
/** Azure's connection strings, signed links of AWS and Google. */
const signedUrlParameter =
  /(?<=(?:AccountKey|SharedAccessKey|SharedAccessSignature|[?&]sig|X-Amz-Signature|X-Amz-Security-Token|X-Goog-Signature)=)[\w%+/=.-]{8,1000}/g

/** Keys, tokens and passwords that need no word before them: by their shape, or by the syntax they are in. */
export const unlabelledSecrets: Detector = function* (text) {
  if (sixteenCharacters.test(text)) {
    yield* findMatches('secret', vendorTokens, text)
    yield* findMatches(
      'secret',
      randomToken,
      text,
      (found, start) => isRandom(found) && !isAfterDigestWord(text, start),
    )
    yield* findMatches(
      'secret',
      shortRandomToken,
      text,
      (found, start) =>
        isRandom(found, 3) &&
        !isAfterDigestWord(text, start) &&
        !isAfterReferenceWord(text, start) &&
        !idLabel.test(textBefore(text, start, 16)),
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
