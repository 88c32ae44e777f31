import { expect, test } from 'vitest'
import { deriveId } from '#runtime/core/identity.ts'
import { State } from '#runtime/state/state.ts'
import { expectedResults, type InputRecord } from '#test/chaos/expected-results.ts'
import { turnOf } from '#test/chaos/input.ts'
import { chainText, conversations, rules, type TurnChain } from '#test/chaos/stages.ts'
import { deadLetterTopic, decisionsTopic } from '#topology/derive/names.ts'
import { topic } from '#topology/topic-names.ts'

const turn = (key: string, turn: number, id = `${key}${turn}`): InputRecord => ({
  ...{ location: `0@${id}`, key, id, agent: 'one', turn },
})

test('each turn leads to one output of each stage, which tells of the turns before it', () => {
  const { outputs, states } = expectedResults([turn('a', 0), turn('b', 0), turn('a', 1)])
  const selected = outputs.get(topic.selectedSamples) ?? []
  expect(selected.map(({ key, content }) => [key, content.split(' ')[0]])).toEqual([
    ['a', '1'],
    ['b', '1'],
    ['a', '2'],
  ])
  expect(selected[0]?.id).toBe(deriveId(rules.sampler.version, 'a0', 0))
  expect(outputs.get(topic.scoredSamples)?.map(({ content }) => content)).toEqual(selected.map(one => one.content))
  expect(states.judge.get('per-agent/one')).toBe('3')
  expect(states.sampler.size).toBe(2)
})

test('a turn that was appended twice is decided twice, and leads to nothing the second time', () => {
  const { outputs } = expectedResults([turn('a', 0), turn('a', 1), turn('a', 0), turn('a', 1), turn('a', 2)])
  expect(outputs.get(topic.selectedSamples)).toHaveLength(3)
  expect(outputs.get(decisionsTopic('sampler'))).toHaveLength(5)
})

test('a record that nobody can decode leads to a dead letter under its place, and changes no state', () => {
  const { outputs, states } = expectedResults([turn('a', 0), { location: '0@7', key: 'a', poison: 'bytes' }])
  expect(outputs.get(deadLetterTopic(topic.chatLogs, 'sampler'))).toEqual([{ id: '0@7', key: 'a', content: 'bytes' }])
  expect(states.sampler.get(`${conversations}/a`)).toMatch(/"count":1/)
})

test('the rules give what is expected of them', () => {
  const state = new State()
  const turns = Array.from({ length: 600 }, (_, number) => turnOf('seed', number))
  const said = turns.map(event => {
    const decision = rules.sampler.decide({ topic: topic.chatLogs, event }, undefined, state)
    state.apply(decision.stateChanges ?? [])
    return chainText(state.get<TurnChain>(conversations, event.conversationId) as TurnChain)
  })
  const input = turns.map(event => ({ location: event.id, key: event.conversationId, ...event }))
  expect(said).toEqual(
    expectedResults(input)
      .outputs.get(topic.selectedSamples)
      ?.map(({ content }) => content),
  )
})
