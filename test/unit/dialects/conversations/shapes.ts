import type { Call, CallResult } from '#schemas/events.ts'
import { call } from '#test/support/data/turns.ts'

/** A message before a dialect writes it. `extra`: a part that every dialect knows or none does. */
export type Written = {
  readonly role: 'system' | 'user' | 'assistant' | 'tool'
  readonly text?: string
  readonly calls?: readonly Call[]
  readonly result?: CallResult
  readonly extra?: 'image' | 'thinking' | 'unknown'
}
/** What a turn should be. `calls`: of each step. */
export type Expected = {
  readonly question: string
  readonly prompt: string | undefined
  readonly calls: readonly (readonly Call[])[]
  readonly results: readonly CallResult[]
  readonly answer: string | undefined
}
type Shape = { readonly messages: readonly Written[]; readonly turns: readonly Expected[] | 'refused' }

const user = (text: string, extra?: Written['extra']): Written => ({ role: 'user', text, ...(extra && { extra }) })
const said = (text: string, extra?: Written['extra']): Written => ({ role: 'assistant', text, ...(extra && { extra }) })
const calls = (...made: readonly Call[]): Written => ({ role: 'assistant', calls: made })
const resultOf = (callId: string, text: string, isError: boolean | null = null): CallResult => ({
  callId,
  text,
  isError,
})
const result = (callId: string, text: string, isError: boolean | null = null): Written => ({
  role: 'tool',
  result: resultOf(callId, text, isError),
})
const porto = call('weather', '{"city":"Porto"}', 'c1')
const rome = call('weather', '{"city":"Rome"}', 'c2')
const one = (over: Partial<Expected> = {}): readonly Expected[] => [
  {
    ...{ question: 'Is it windy?', prompt: undefined, answer: 'Yes.' },
    ...{ calls: [[porto], []], results: [resultOf('c1', 'windy')], ...over },
  },
]
const big = call('refund', '{"order":107505301260286111,"cents":-9223372036854775808}', 'c1')
const empty = call('holdings', '{}', 'c1')
const invalid = call('weather', '{"city": "Por', 'c1')
const windy = result('c1', 'windy')

const greeting = { question: 'Hi', calls: [[]], results: [], answer: 'Hello!' }
const both = [resultOf('c1', 'windy'), resultOf('c2', 'calm')]

export const shapes: Readonly<Record<string, Shape>> = {
  'no tool': { messages: [user('Hi'), said('Hello!')], turns: one(greeting) },
  'one call': { messages: [user('Is it windy?'), calls(porto), windy, said('Yes.')], turns: one() },
  'parallel calls': {
    messages: [user('Is it windy?'), calls(porto, rome), windy, result('c2', 'calm'), said('Yes.')],
    turns: one({ calls: [[porto, rome], []], results: both }),
  },
  'several steps': {
    messages: [user('Is it windy?'), calls(porto), windy, calls(rome), result('c2', 'calm'), said('Yes.')],
    turns: one({ calls: [[porto], [rome], []], results: both }),
  },
  'an error as result': {
    messages: [user('Is it windy?'), calls(porto), result('c1', 'no such city', true), said('Yes.')],
    turns: one({ results: [resultOf('c1', 'no such city', true)] }),
  },
  'numbers of 64 bits': {
    messages: [user('Is it windy?'), calls(big), windy, said('Yes.')],
    turns: one({ calls: [[big], []] }),
  },
  'empty arguments': {
    messages: [user('Is it windy?'), calls(empty), windy, said('Yes.')],
    turns: one({ calls: [[empty], []] }),
  },
  'arguments that are no JSON': {
    messages: [user('Is it windy?'), calls(invalid), windy, said('Yes.')],
    turns: one({ calls: [[invalid], []] }),
  },
  'an image alone': {
    messages: [user('Hi'), said('Hello!'), user('', 'image'), calls(porto), windy, said('Yes.')],
    turns: [...one(greeting), ...one({ question: '[image]' })],
  },
  'a system prompt': {
    messages: [{ role: 'system', text: 'Be brief.' }, user('Is it windy?'), calls(porto), windy, said('Yes.')],
    turns: one({ prompt: 'Be brief.' }),
  },
  'several turns': {
    messages: [user('Is it windy?'), calls(porto), windy, said('Yes.'), user('Thanks'), said('Bye!')],
    turns: [...one(), ...one({ question: 'Thanks', calls: [[]], results: [], answer: 'Bye!' })],
  },
  truncated: {
    messages: [user('Is it windy?'), calls(porto)],
    turns: one({ calls: [[porto]], results: [], answer: undefined }),
  },
  'an unknown part': {
    messages: [user('Is it windy?'), said('Yes.', 'unknown')],
    turns: 'refused',
  },
  thinking: {
    messages: [user('Is it windy?'), calls(porto), windy, said('Yes.', 'thinking')],
    turns: one(),
  },
}
