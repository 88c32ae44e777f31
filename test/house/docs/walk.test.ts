import { expect, test } from 'vitest'
import { filesOf, leaps, longSteps, partsOf, unreachedServices } from './walk.ts'

const markdown = `# One turn

Text before the parts.

## 1. A turn arrives at \`ingest\`

Text of the part.

1. [\`services/ingest/http-api.ts\`](../services/ingest/http-api.ts): Takes the turn.
2. [\`services/ingest/intake.ts\`](../services/ingest/intake.ts): Appends it, once, to
   \`chat-logs\`. Counts it.

## 2. \`sampler\` and \`judge\` look at it

1. [\`services/sampler/decide.ts\`](../services/sampler/decide.ts): Picks it.

## Words

No steps.
`

const parts = partsOf(markdown)

test('a part has the services of its heading and the files of its steps', () => {
  expect(parts.map(({ services }) => services)).toEqual([['ingest'], ['sampler', 'judge']])
  expect(filesOf(parts)).toEqual([
    'services/ingest/http-api.ts',
    'services/ingest/intake.ts',
    'services/sampler/decide.ts',
  ])
  expect(parts[0]?.steps[1]?.text).toBe('Appends it, once, to\n   `chat-logs`. Counts it.')
})

test('a file that no file before it imports or is imported by is a leap; the first of a part is none', () => {
  const edge = [{ to: 'services/ingest/intake.ts', typeOnly: true }]
  expect(leaps(parts, new Map([['services/ingest/http-api.ts', edge]]))).toEqual([])
  expect(leaps(parts, new Map())).toEqual([
    '1. A turn arrives at `ingest`: no step before services/ingest/intake.ts imports it or is imported by it',
  ])
})

test('a service that no earlier one leads to is unreached', () => {
  expect(unreachedServices(parts, [['ingest', 'sampler']])).toEqual(['judge'])
  expect(
    unreachedServices(parts, [
      ['ingest', 'sampler'],
      ['ingest', 'judge'],
    ]),
  ).toEqual([])
})

test('a step of no sentence or of three is too short or too long', () => {
  const step = (text: string) => partsOf(`## A\n\n1. [\`a.ts\`](../a.ts): ${text}\n`)
  expect(longSteps(step('One. Two.'))).toEqual([])
  expect(longSteps(step('Writes `a.b. c.` to `log.ts`, of 1.5 bytes.'))).toEqual([])
  expect(longSteps(step('One. Two. Three.'))).toHaveLength(1)
  expect(longSteps(step('no sentence'))).toHaveLength(1)
})
