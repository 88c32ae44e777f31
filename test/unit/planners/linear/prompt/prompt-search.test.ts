import { describe, expect, test } from 'vitest'
import { DEFAULT_PROMPT_SEARCH, searchPrompt } from '#planners/linear/prompt/prompt-search.ts'
import { examples, tools } from '../makers.ts'

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
