import { expect, test } from 'vitest'
import { digest } from '#runtime/core/identity.ts'
import { mulberry32 } from '#statistics/random.ts'
import { featurize } from '#text/features.ts'
import { createNearestTool } from '#text/nearest-tool.ts'

const random = mulberry32(11)
const words = 'card lost rate euro top up bank fee order late price share gold wire login code transfer yen'.split(' ')
const sentence = (length: number) =>
  Array.from({ length }, () => words[Math.floor(random() * words.length)] ?? '').join(' ')
const tools = Array.from({ length: 12 }, (_, at) => ({ name: `tool-${at}`, description: sentence(1 + (at % 5)) }))

test('a thousand recorded choices of self-play stay what they were', () => {
  const choose = createNearestTool(tools, 0.5)
  const choices = Array.from({ length: 1_000 }, (_, at) => {
    const hits = Array.from({ length: at % 4 }, (_none, hit) => ({
      id: `${hit}`,
      tool: `tool-${Math.floor(random() * 14)}`,
      similarity: random(),
    }))
    const earlier = at % 3 === 0 ? [sentence(4)] : []
    return choose(featurize(sentence(1 + (at % 7)), earlier), hits)
  })
  expect(new Set(choices).size).toBe(tools.length)
  expect(digest(choices.join())).toBe('35163b4af353f2e4ea175af4a37cc138ee9a9033aa0e078edb7c94564c2241a2')
})
