import { describe, expect, test } from 'vitest'
import { DEFAULT_PROMPT_SEARCH, searchPrompt } from '#planners/linear/prompt-search.ts'
import { splitFamilies } from '#planners/linear/split-families.ts'
import { countPhrases, distinctivePhrases } from '#text/phrases.ts'
import { examples, tools } from './makers.ts'

describe('searchPrompt', () => {
  const found = searchPrompt(tools, examples(96))

  test('finds better descriptions than the given ones, judged on families it never saw', () => {
    expect(found.heldScore).toBeGreaterThan(found.baseHeldScore)
    expect(found.mutants).toBe(DEFAULT_PROMPT_SEARCH.epochs * DEFAULT_PROMPT_SEARCH.fanOut)
  })

  test('keeps every tool, in order, with a description within the limit', () => {
    expect(found.tools.map(({ name }) => name)).toEqual(tools.map(({ name }) => name))
    for (const { description } of found.tools) {
      expect(description.trim()).not.toBe('')
      expect(description.split(' ').length).toBeLessThanOrEqual(DEFAULT_PROMPT_SEARCH.maxWords + 1)
    }
  })

  test('is deterministic', () => {
    expect(searchPrompt(tools, examples(96))).toEqual(found)
  })

  test('changes nothing where nothing fails', () => {
    const apart = [
      { name: 'alpha', description: 'alpha bravo' },
      { name: 'zulu', description: 'yankee zulu' },
    ]
    const rows = Array.from({ length: 40 }, (_, at) => ({
      id: `${at}`,
      family: `${at}`,
      tool: at % 2 ? 'alpha' : 'zulu',
      question: at % 2 ? 'alpha bravo' : 'yankee zulu',
    }))
    expect(searchPrompt(apart, rows)).toMatchObject({ tools: apart, heldScore: 1, baseHeldScore: 1 })
  })

  test('without rows to search or to hold it refuses', () => {
    expect(() => searchPrompt(tools, [])).toThrow(RangeError)
  })
})

describe('contrast', () => {
  test('ranks what tells two sets of texts apart first and leaves out what they share', () => {
    const phrases = distinctivePhrases(
      countPhrases(['lost my card', 'card lost again', 'lost it']),
      countPhrases(['new card', 'card is late', 'my card']),
    )
    expect(phrases[0]).toBe('lost')
    expect(phrases).not.toContain('card')
  })
})

describe('splitFamilies', () => {
  test('never splits a family, and a family stays on its side when others come', () => {
    const rows = Array.from({ length: 300 }, (_, at) => ({ family: `f${at % 100}`, at }))
    const { rest, held } = splitFamilies(rows, 0.25, 'test')
    const heldFamilies = new Set(held.map(({ family }) => family))
    expect(rest.some(({ family }) => heldFamilies.has(family))).toBe(false)
    expect(heldFamilies.size).toBeGreaterThan(10)
    expect(heldFamilies.size).toBeLessThan(40)
    const fewer = splitFamilies(rows.slice(0, 50), 0.25, 'test').held
    expect(fewer.every(({ family }) => heldFamilies.has(family))).toBe(true)
  })
})
