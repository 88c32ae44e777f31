import { functionWords } from './function-words.ts'

/** Length of every feature vector. A power of two, so that a hash becomes an index by masking. */
export const FEATURE_DIMENSIONS = 4096

/** Unit length (or empty, for text without a letter or digit); `indices` ascend, are unique and below DIMENSIONS. */
export type SparseVector = { readonly indices: Uint16Array; readonly values: Float32Array }

/** Longer texts are cut here, so that nobody can make a planner slow with a long question. */
const MAX_CHARACTERS = 4096
const WORD_WEIGHT = 2
const WORD_PAIR_WEIGHT = 1
const CHARACTER_GRAM_WEIGHT = 1
const FUNCTION_WORD_FACTOR = 0.5
/** Weight of the customer's previous turn, then of the one before it; older turns are ignored. */
const EARLIER_TURN_WEIGHTS = [0.3, 0.15]
/** Earlier turns that a vector depends on. */
export const COUNTED_EARLIER_TURNS = EARLIER_TURN_WEIGHTS.length

const FNV_OFFSET = 0x811c9dc5
const FNV_PRIME = 0x01000193
const GRAM_SEED = 0x2545f491
const SPACE = 32

// Memory that every call reuses: `featurize` is synchronous, so calls cannot overlap. Indices stay within these arrays: they are
// masked by FEATURE_DIMENSIONS, or bounded by the length that `writeNormalised` returns.
const characters = new Uint16Array(MAX_CHARACTERS + 2)
const featureSums = new Float32Array(FEATURE_DIMENSIONS)
const touchedFeatures = new Uint32Array(FEATURE_DIMENSIONS / 32)
let wordEnd = 0

const functionWordHashes = new Set(functionWords.map(word => fnv1a(word)))

/**
 * The features of a question: hashed word 1-2-grams and, within words, character 3-5-grams; term weights
 * log(1 + count), function words weighted half, unit length. `earlier` holds the customer's earlier turns, oldest
 * first; the last two count, at .3 and .15. The hashing trick: Weinberger et al., ICML 2009.
 */
export function featurize(question: string, earlier: readonly string[] = []): SparseVector {
  addText(question, 1)
  for (const [age, weight] of EARLIER_TURN_WEIGHTS.entries()) {
    const turn = earlier[earlier.length - 1 - age]
    if (turn !== undefined) addText(turn, weight)
  }
  return takeVector()
}

/** Hashes of the words of a text, function words left out. */
export function contentWordHashes(text: string): ReadonlySet<number> {
  const words = new Set<number>()
  const length = writeNormalised(text)
  for (let start = 1; start < length; start = wordEnd + 1) {
    const word = wordAt(start)
    if (!functionWordHashes.has(word)) words.add(word)
  }
  return words
}

function addText(text: string, weight: number): void {
  const length = writeNormalised(text)
  let previous = 0
  let previousWeight = 0
  for (let start = 1; start < length; start = wordEnd + 1) {
    const word = wordAt(start)
    const share = weight * (functionWordHashes.has(word) ? FUNCTION_WORD_FACTOR : 1)
    addFeature(word, WORD_WEIGHT * share)
    if (previousWeight > 0)
      addFeature(Math.imul(previous, 31) ^ word, WORD_PAIR_WEIGHT * Math.sqrt(previousWeight * share))
    addGrams(start - 1, wordEnd + 1, CHARACTER_GRAM_WEIGHT * share)
    previous = word
    previousWeight = share
  }
}

/** The hash of the word that starts at a position; sets `wordEnd` to the position after it. */
function wordAt(start: number): number {
  let word = FNV_OFFSET
  for (wordEnd = start; characterAt(wordEnd) !== SPACE; wordEnd++)
    word = Math.imul(word ^ characterAt(wordEnd), FNV_PRIME)
  return word
}

/** Adds the character 3-5-grams of a word with the space before and after it. */
function addGrams(from: number, to: number, weight: number): void {
  for (let start = from; start + 3 <= to; start++) {
    const last = Math.min(to, start + 5)
    let gram = GRAM_SEED
    for (let at = start; at < last; at++) {
      gram = Math.imul(gram ^ characterAt(at), FNV_PRIME)
      if (at >= start + 2) addFeature(gram, weight)
    }
  }
}

/** Writes ' word word word ' in lower case into `characters` and returns its length; 1 if there is no word. */
function writeNormalised(text: string): number {
  const lower = text.slice(0, MAX_CHARACTERS).toLowerCase()
  characters[0] = SPACE
  let length = 1
  // Some letters become two in lower case, hence the second limit.
  for (let at = 0; at < lower.length && length <= MAX_CHARACTERS; at++) {
    const letter = lower.charCodeAt(at)
    if (isWordCharacter(letter)) characters[length++] = letter
    else if (characterAt(length - 1) !== SPACE) characters[length++] = SPACE
  }
  if (characterAt(length - 1) !== SPACE) characters[length++] = SPACE
  return length
}

/** ASCII letters and digits, and everything from U+00C0 on but general punctuation and CJK punctuation. */
function isWordCharacter(letter: number): boolean {
  if (letter < 128) return (letter >= 97 && letter <= 122) || (letter >= 48 && letter <= 57)
  return letter >= 0xc0 && (letter < 0x2000 || letter > 0x206f) && (letter < 0x3000 || letter > 0x303f)
}

function characterAt(at: number): number {
  return characters[at] ?? SPACE
}

function fnv1a(word: string): number {
  let value = FNV_OFFSET
  for (let at = 0; at < word.length; at++) value = Math.imul(value ^ word.charCodeAt(at), FNV_PRIME)
  return value
}

function addFeature(key: number, weight: number): void {
  // The low bits of FNV are not uniform: the finaliser of MurmurHash3 mixes all 32 bits into the twelve that are used.
  let mixed = Math.imul(key ^ (key >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  const index = (mixed ^ (mixed >>> 16)) & (FEATURE_DIMENSIONS - 1)
  featureSums[index] = (featureSums[index] ?? 0) + weight
  touchedFeatures[index >>> 5] = (touchedFeatures[index >>> 5] ?? 0) | (1 << (index & 31))
}

/** Makes a vector of the sums and clears them. The bit set gives ascending indices without a sort. */
function takeVector(): SparseVector {
  let count = 0
  for (const bits of touchedFeatures) count += popCount(bits)
  const indices = new Uint16Array(count)
  const values = new Float32Array(count)
  let squares = 0
  let at = 0
  for (let block = 0; block < touchedFeatures.length; block++) {
    for (let bits = touchedFeatures[block] ?? 0; bits !== 0; bits &= bits - 1) {
      const index = block * 32 + 31 - Math.clz32(bits & -bits)
      const value = Math.log1p(featureSums[index] ?? 0)
      featureSums[index] = 0
      indices[at] = index
      values[at++] = value
      squares += value * value
    }
    touchedFeatures[block] = 0
  }
  const length = Math.sqrt(squares)
  for (let index = 0; index < count; index++) values[index] = (values[index] ?? 0) / length
  return { indices, values }
}

function popCount(bits: number): number {
  let rest = bits - ((bits >>> 1) & 0x55555555)
  rest = (rest & 0x33333333) + ((rest >>> 2) & 0x33333333)
  return Math.imul((rest + (rest >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}
