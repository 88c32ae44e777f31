import { expect, it } from 'vitest'
import { createRefusalLog } from '#services/ingest/otlp/refusal-log.ts'

function logged() {
  const lines: string[] = []
  let time = 0
  const log = createRefusalLog(
    ({ reason }) => void lines.push(reason),
    () => time,
  )
  const refuse = (at: number, ...reasons: readonly string[]): void => {
    time = at
    log(reasons.map(reason => ({ reason, spans: 1 })))
  }
  return { lines, refuse }
}

it('has each reason once a minute', () => {
  const { lines, refuse } = logged()
  refuse(0, 'a', 'a', 'b')
  refuse(59_999, 'a')
  refuse(60_000, 'a')
  expect(lines).toEqual(['a', 'b', 'a'])
})

it('has at most 20 reasons a minute', () => {
  const { lines, refuse } = logged()
  refuse(0, ...Array.from({ length: 50 }, (_none, index) => `agent ${index}`))
  expect(lines).toHaveLength(20)
})
