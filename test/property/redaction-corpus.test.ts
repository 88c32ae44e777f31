import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { detect } from '#redaction/detect.ts'

type Row = { readonly text: string; readonly planted: readonly { readonly kind: string; readonly value: string }[] }

/** Well-known prefixes of secrets are escaped in the files, so that scanners of repositories do not take them for a leak. */
const rowsOf = (name: string): readonly Row[] =>
  readFileSync(new URL(`../corpus/${name}.jsonl`, import.meta.url), 'utf8')
    .trim()
    .split('\n')
    .map(line => JSON.parse(line))

/** Each with how many texts it has, and values that are planted in them. */
const corpora = [
  // Written by hand before the rules were, 200 of them with nothing to find and many tempting numbers. The rules were made on
  // the even rows; what they had not seen of the odd ones then (recall .947, precision .994) was mended afterwards.
  ['pii', 500, 343],
  // Written by somebody else when the rules were done, as customers of a broker write. At first sight recall was .891,
  // precision 1; what was missed was mended, and of the last 83 texts, written then, recall was .918 at first sight.
  ['pii-fresh', 279, 168],
  // Written by two more people who did not know the rules, the second in many languages and with many secrets. At first sight
  // recall was .944 and .858, precision .972 and .981; after mending recall is 1, precision .973 and .996.
  ['pii-plain', 260, 251],
  ['pii-varied', 260, 233],
  // As these, by somebody else, when they were mended: .978 and .965 at first sight, 1 and .966 after mending. What is wrong
  // are sort codes and routing numbers, which are found on purpose and were not counted as planted.
  ['pii-third', 250, 226],
  // The last, by a fourth: .991 and .946 at first sight. Two of the false finds were mended (.954), no miss was.
  ['pii-fourth', 250, 231],
] as const

type Span = { readonly start: number; readonly end: number }
const overlap = (a: Span, b: Span): boolean => a.start < b.end && b.start < a.end

function spansOf(text: string, value: string): readonly Span[] {
  const starts = Array.from({ length: text.length }, (_none, at) => at).filter(at => text.startsWith(value, at))
  return starts.map(start => ({ start, end: start + value.length }))
}

/** Found when no letter or digit of it is left anywhere. */
const isGone = (text: string, value: string, found: readonly Span[]): boolean =>
  spansOf(text, value).every(({ start, end }) =>
    Array.from({ length: end - start }, (_none, at) => start + at).every(
      at => !/[\p{L}\p{N}]/u.test(text[at] ?? '') || found.some(span => span.start <= at && at < span.end),
    ),
  )

test.each(corpora)('%s, %d texts: recall at least .98, precision at least .95', (name, texts, values) => {
  const rows = rowsOf(name)
  expect(rows).toHaveLength(texts)
  const scored = rows.map(({ text, planted }) => {
    const found = detect(text)
    const spans = planted.flatMap(({ value }) => spansOf(text, value))
    return {
      missed: planted.filter(({ value }) => !isGone(text, value, found)).map(({ value }) => `${value} in: ${text}`),
      wrong: found
        .filter(finding => !spans.some(span => overlap(span, finding)))
        .map(({ kind, start, end }) => `${kind} ${text.slice(start, end)} in: ${text}`),
      found: found.length,
      planted: planted.length,
    }
  })
  const sum = (of: (row: (typeof scored)[number]) => number): number =>
    scored.reduce((total, row) => total + of(row), 0)
  const missed = scored.flatMap(row => row.missed)
  const wrong = scored.flatMap(row => row.wrong)
  expect(sum(row => row.planted)).toBe(values)
  expect(1 - missed.length / sum(row => row.planted), missed.join('\n')).toBeGreaterThanOrEqual(0.98)
  expect(1 - wrong.length / sum(row => row.found), wrong.join('\n')).toBeGreaterThanOrEqual(0.95)
})
