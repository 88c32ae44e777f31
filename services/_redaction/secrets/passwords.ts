import type { Detector } from '../engine/kinds.ts'
import { passwordWord } from '../lexicon/secret-words.ts'
import { labelledPasswords, loginPasswords, passwordsAfterAddress } from './labelled-passwords.ts'
import { passwordsInProse } from './passwords-in-prose.ts'
import { agreedWords, plainWordPasswords } from './plain-word-passwords.ts'

const passwordWordPattern = new RegExp(passwordWord, 'iu')
const loginWord = /log-?in|cred|zugang|anmeldung/iu

/** Passwords. Most texts have no word for one, and it is searched for once for all detectors that need it. */
export const passwords: Detector = function* (text) {
  const hasPasswordWord = passwordWordPattern.test(text)
  if (hasPasswordWord) {
    yield* labelledPasswords(text)
    yield* passwordsInProse(text)
    yield* plainWordPasswords(text)
  }
  if (hasPasswordWord || loginWord.test(text)) yield* loginPasswords(text)
  if (text.includes('@')) yield* passwordsAfterAddress(text)
  yield* agreedWords(text)
}
