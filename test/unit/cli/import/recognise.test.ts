import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { complete, example, exampleTurns, file, jsonl, open, recordsOf, turn } from './source.make.ts'

const utf16be = (text: string): Buffer => Buffer.from(`\ufeff${text}`, 'utf16le').swap16()
const csv = 'question;plan.calls\n"Price of AAPL?";"[{""tool"":""quote"",""arguments"":""AAPL"",""id"":null}]"\n'

describe('without a format', () => {
  it.each<[string, string, string | Buffer, string]>([
    ['semicolons', 'a.csv', csv, 'csv, separated by semicolons'],
    ['tabs', 'a.tsv', csv.replaceAll(';', '\t'), 'csv, separated by tabs'],
    ['names that hold commas', 'a.csv', csv.replace('question', '"question"'), 'csv, separated by semicolons'],
    ['UTF-16', 'a.csv', Buffer.from(`\ufeff${csv}`, 'utf16le'), 'csv, separated by semicolons'],
    ['UTF-16, high byte first', 'a.jsonl', utf16be(jsonl(turn)), 'jsonl'],
    ['gzip', 'a.csv.gz', gzipSync(csv), 'csv, separated by semicolons'],
    ['gzip that the name does not tell', 'a.jsonl', gzipSync(jsonl(turn)), 'jsonl'],
    ['an array in one line', 'a.json', JSON.stringify([turn]), 'jsonl'],
    ['an array over lines', 'a.json', JSON.stringify([turn], undefined, 2), 'jsonl'],
    ['an array with an item a line', 'a.txt', `[\n${JSON.stringify(turn)}\n]\n`, 'jsonl'],
    ['one object over lines', 'a.json', JSON.stringify(turn, undefined, 2), 'jsonl'],
    ['lines in .json', 'a.json', jsonl(turn), 'jsonl'],
  ])('%s', async (_what, name, text, takenFor) => {
    const path = file(name, text)
    expect((await open(path)).takenFor).toBe(takenFor)
    expect(await recordsOf(path)).toEqual([complete])
  })

  it.each([
    ['lines', 'openai-ft.jsonl', jsonl({ messages: example })],
    ['an array', 'a.json', JSON.stringify([{ messages: example }], undefined, 2)],
  ])('examples of OpenAI as %s', async (_what, name, text) => {
    const path = file(name, text)
    expect((await open(path)).takenFor).toBe('conversations')
    expect(await recordsOf(path)).toEqual(exampleTurns)
  })

  it('an export of Langfuse', async () => {
    const observation = { id: 'o', traceId: 't', type: 'GENERATION', input: example.slice(0, 2), output: example[2] }
    const path = file('a.jsonl', jsonl(observation))
    expect((await open(path)).takenFor).toBe('langfuse')
    expect(await recordsOf(path)).toMatchObject([{ question: 'Hi', answer: 'Hello!' }])
  })
})
