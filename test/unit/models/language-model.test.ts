import fc from 'fast-check'
import { expect, test } from 'vitest'
import { extractJson } from '#models/language-model.ts'

test('JSON is found wherever an answer has it', () => {
  const value = { a: { b: '}' } }
  const json = JSON.stringify(value)
  for (const text of [json, ` ${json}\n`, `\`\`\`json\n${json}\n\`\`\``, `It is ${json}, I think.`])
    expect(extractJson(text)).toEqual(value)
  for (const text of ['', 'no', '{', '}{', json.slice(0, -1)]) expect(extractJson(text)).toBeUndefined()
  fc.assert(fc.property(fc.string(), text => void extractJson(text)))
})
