import { describe, expect, test } from 'vitest'
import { DEFAULT_PROMPT_SEARCH, searchPrompt } from '#planners/linear/prompt/prompt-search.ts'
import { examples, requireTuned, tools } from '../makers.ts'

describe('searchPrompt', () => {
  const found = requireTuned(searchPrompt(tools, examples(96)))

  test('finds better descriptions than the given ones, judged on families it never saw', () => {
    const given = requireTuned(searchPrompt(tools, examples(96), { ...DEFAULT_PROMPT_SEARCH, epochs: 0 }))
    expect(found.heldScore).toBeGreaterThan(given.heldScore)
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
      earlier: [],
    }))
    expect(searchPrompt(apart, rows)).toMatchObject({ tools: apart, heldScore: 1 })
  })

  test.each([0, 1])('%i rows are too few to search with some families and hold others', count => {
    expect(searchPrompt(tools, examples(count))).toEqual({
      outcome: 'tooFewRows',
      reason: expect.stringMatching(`of ${count} rows`),
    })
  })
})
