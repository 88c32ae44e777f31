import { expect, test } from 'vitest'
import { comparePlans, type RightCall } from '#planners/comparison/compare-plans.ts'
import { toJsonValue } from '#planners/comparison/json-value.ts'
import type { Call } from '#schemas/events.ts'

/**
 * The semantics of the Berkeley Function Calling Leaderboard's possible answers, on cases of our own: each argument has the list of
 * its right values, and '' in the list says that it may be left out. Calls of one step count as a set.
 */
type PossibleAnswers = readonly Readonly<Record<string, Readonly<Record<string, readonly unknown[]>>>>[]
type Planned = readonly (readonly [tool: string, given: Readonly<Record<string, unknown>>])[]

const string = { type: 'string' }
const integer = { type: 'integer' }
const number = { type: 'number' }
const boolean = { type: 'boolean' }
const listOf = (items: object) => ({ type: 'array', items })

const catalogue: Readonly<Record<string, Readonly<Record<string, object>>>> = {
  weather: { city: string, days: { ...integer, default: 1 }, unit: { ...string, enum: ['celsius', 'fahrenheit'] } },
  transfer: { amount: number, to: string, note: string, urgent: { ...boolean, default: false } },
  book: { flight: string, date: { ...string, format: 'date' }, seats: listOf(string), passengers: integer },
  area: { width: number, height: number },
  search: { query: string, tags: { ...listOf(string), uniqueItems: true }, filter: { type: 'object' } },
  order: { lines: listOf({ type: 'object', properties: { sku: string, count: integer } }) },
  route: { points: listOf(listOf(number)) },
  ping: {},
}
const schemas = new Map(
  Object.entries(catalogue).map(([tool, properties]) => [tool, JSON.stringify({ type: 'object', properties })]),
)

function toRightCall(answer: PossibleAnswers[number]): RightCall {
  const [[tool, possible] = ['', {}]] = Object.entries(answer)
  const toArgument = (values: readonly unknown[]) => ({
    values: values.filter(value => value !== '').map(toJsonValue),
    optional: values.includes(''),
  })
  return { tool, arguments: Object.fromEntries(Object.entries(possible).map(([name, all]) => [name, toArgument(all)])) }
}
const toCall = ([tool, given]: Planned[number]): Call => ({ id: null, tool, arguments: JSON.stringify(given) })

const inParis = [{ weather: { city: ['Paris'], days: [2, ''], unit: ['celsius', ''] } }]
const pay = [{ transfer: { amount: [1200], to: ['ann'], note: ['rent', ''], urgent: [true] } }]
const payNote = [
  { transfer: { amount: [1200], to: ['ann'], note: ['rent of 1,200 dollars for the month from May 5'] } },
]
const flight = [{ book: { flight: ['SB-101'], date: ['2026-05-01'], seats: [['12A', '12B']], passengers: [2] } }]
const seats = [{ book: { seats: [['12A'], ['12B']] } }]
const findShoes = [
  { search: { query: ['red running shoes'], tags: [['sale', 'shoes'], ''], filter: [{ size: 42 }, ''] } },
]
const ordered = [
  {
    order: {
      lines: [
        [
          { sku: 'A1', count: 2 },
          { sku: 'B2', count: 1 },
        ],
      ],
    },
  },
]
const triangle = [
  {
    route: {
      points: [
        [
          [0, 0],
          [0.5, 1],
        ],
      ],
    },
  },
]
const twoCities = [{ weather: { city: ['Paris'] } }, { weather: { city: ['Rome'] } }]
const eitherCity = [{ weather: { city: ['Paris', 'Rome'] } }, { weather: { city: ['Paris'] } }]
const mixed = [{ weather: { city: ['Paris'] } }, { area: { width: [2], height: [3] } }]

type PlannedCall = Planned[number]
const weather = (city: string): PlannedCall => ['weather', { city }]
const paris = (given: object): PlannedCall => ['weather', { city: 'Paris', ...given }]
const paid = (given: object): PlannedCall => ['transfer', { amount: 1200, to: 'ann', ...given }]
const shoes = (given: object): PlannedCall => ['search', { query: 'red running shoes', ...given }]
const booked = (changed: object): PlannedCall => {
  const right = { flight: 'SB-101', date: '2026-05-01', seats: ['12A', '12B'], passengers: 2 }
  return ['book', { ...right, ...changed }]
}

const cases: readonly (readonly [name: string, planned: Planned, right: PossibleAnswers, isExact: boolean])[] = [
  // Simple: one tool, one call.
  ['the same call', [paris({ days: 2, unit: 'celsius' })], inParis, true],
  ['another tool', [['area', { city: 'Paris' }]], inParis, false],
  ['optional arguments left out', [weather('Paris')], inParis, true],
  ['an optional argument with a wrong value', [paris({ days: 3 })], inParis, false],
  ['a required argument left out', [['weather', { days: 2 }]], inParis, false],
  ['an argument that no answer has', [paris({ wind: true })], inParis, false],
  ['no argument at all', [['weather', {}]], inParis, false],
  ['a tool without arguments', [['ping', {}]], [{ ping: {} }], true],
  ['an argument for a tool without arguments', [['ping', { count: 1 }]], [{ ping: {} }], false],
  ['an argument of another name', [['weather', { town: 'Paris' }]], inParis, false],
  ['an argument in another case of its name', [['weather', { City: 'Paris' }]], inParis, false],
  ['arguments in another order', [['weather', { unit: 'celsius', days: 2, city: 'Paris' }]], inParis, true],
  // Texts.
  ['another case', [weather('PARIS')], inParis, true],
  ['punctuation', [weather('Paris.')], inParis, true],
  ['spaces around', [weather(' Paris ')], inParis, true],
  ['another city', [weather('London')], inParis, false],
  ['more than the city', [weather('Paris, Texas')], inParis, false],
  ['an empty text', [weather('')], inParis, false],
  ['null for a required text', [['weather', { city: null }]], inParis, false],
  ['null for an optional argument', [paris({ days: null })], inParis, false],
  ['a value of an enum in another case', [paris({ unit: 'Celsius' })], inParis, false],
  ['another value of the enum', [paris({ unit: 'fahrenheit' })], inParis, false],
  ['an id in another case', [booked({ flight: 'sb-101' })], flight, true],
  ['an id with another digit', [booked({ flight: 'SB-102' })], flight, false],
  ['a date in another notation', [booked({ date: 'May 1, 2026' })], flight, true],
  ['another day', [booked({ date: '2026-05-02' })], flight, false],
  ['one of several right values', [weather('Rome')], [{ weather: { city: ['Paris', 'Rome'] } }], true],
  ['none of several right values', [weather('Oslo')], [{ weather: { city: ['Paris', 'Rome'] } }], false],
  ['a sentence in other notation', [paid({ note: 'rent of $1,200.00 for the month from May 5th' })], payNote, true],
  ['a sentence with another amount', [paid({ note: 'rent of $1,300 for the month from May 5' })], payNote, false],
  ['a sentence with another word order', [['search', { query: 'running shoes, red' }]], findShoes, false],
  // Numbers and booleans.
  ['an integer for a number', [paid({ urgent: true })], pay, true],
  ['another amount', [['transfer', { amount: 1200.5, to: 'ann', urgent: true }]], pay, false],
  ['a number as text', [['transfer', { amount: '1200', to: 'ann', urgent: true }]], pay, false],
  ['an integer as text', [paris({ days: '2' })], inParis, false],
  ['a boolean as text', [paid({ urgent: 'true' })], pay, false],
  ['a boolean as a number', [paid({ urgent: 1 })], pay, false],
  ['the other boolean', [paid({ urgent: false })], pay, false],
  ['a boolean left out whose default is wrong', [['transfer', { amount: 1200, to: 'ann' }]], pay, false],
  [
    'an argument left out whose default is right',
    [weather('Paris')],
    [{ weather: { city: ['Paris'], days: [1] } }],
    true,
  ],
  ['a default stated that gold leaves out', [paris({ days: 1 })], [{ weather: { city: ['Paris'] } }], true],
  ['zero for the number', [['area', { width: 0, height: 3 }]], [{ area: { width: [0], height: [3] } }], true],
  ['zero for false', [paid({ urgent: 0 })], [{ transfer: { amount: [1200], to: ['ann'], urgent: [false] } }], false],
  ['another sign', [['area', { width: -2, height: 3 }]], [{ area: { width: [2], height: [3] } }], false],
  ['arguments exchanged', [['area', { width: 3, height: 2 }]], [{ area: { width: [2], height: [3] } }], false],
  // Lists and objects.
  ['a list in another order', [booked({ seats: ['12B', '12A'] })], flight, false],
  ['a list with one missing', [booked({ seats: ['12A'] })], flight, false],
  ['a list with one more', [booked({ seats: ['12A', '12B', '12C'] })], flight, false],
  ['items in another case', [booked({ seats: ['12a', '12b'] })], flight, true],
  ['a text for a list of one', [['book', { seats: '12A' }]], seats, false],
  ['one of several right lists', [['book', { seats: ['12B'] }]], seats, true],
  ['an empty list', [['book', { seats: [] }]], seats, false],
  ['a set in another order', [shoes({ tags: ['shoes', 'sale'] })], findShoes, true],
  ['a set with a repeated item', [shoes({ tags: ['sale', 'sale'] })], findShoes, false],
  ['an object', [['search', { query: 'Red running shoes', filter: { size: 42 } }]], findShoes, true],
  ['an object with another value', [shoes({ filter: { size: 43 } })], findShoes, false],
  ['an object with one more property', [shoes({ filter: { size: 42, color: 'red' } })], findShoes, false],
  ['an empty object', [shoes({ filter: {} })], findShoes, false],
  [
    'a list of objects',
    [
      [
        'order',
        {
          lines: [
            { count: 2, sku: 'a1' },
            { sku: 'B2', count: 1 },
          ],
        },
      ],
    ],
    ordered,
    true,
  ],
  [
    'a list of objects in another order',
    [
      [
        'order',
        {
          lines: [
            { sku: 'B2', count: 1 },
            { sku: 'A1', count: 2 },
          ],
        },
      ],
    ],
    ordered,
    false,
  ],
  [
    'a list of lists of numbers',
    [
      [
        'route',
        {
          points: [
            [0.0, 0],
            [0.5, 1],
          ],
        },
      ],
    ],
    triangle,
    true,
  ],
  [
    'a list of lists with another number',
    [
      [
        'route',
        {
          points: [
            [0, 0],
            [0.5, 2],
          ],
        },
      ],
    ],
    triangle,
    false,
  ],
  // Parallel and multiple: several calls, a choice of tools.
  ['two calls', [weather('Paris'), weather('Rome')], twoCities, true],
  ['two calls in another order', [weather('Rome'), weather('Paris')], twoCities, true],
  ['one of two calls', [weather('Rome')], twoCities, false],
  ['one call twice', [weather('Paris'), weather('Paris')], twoCities, false],
  ['a call too many', [weather('Paris'), weather('Rome'), ['ping', {}]], twoCities, false],
  ['an assignment that the first fit misses', [weather('Paris'), weather('Rome')], eitherCity, true],
  ['no assignment', [weather('Rome'), weather('Rome')], eitherCity, false],
  ['two tools', [['area', { width: 2, height: 3 }], weather('Paris')], mixed, true],
  ['two tools, one with a wrong argument', [['area', { width: 2, height: 4 }], weather('Paris')], mixed, false],
  ['two tools, one exchanged', [['transfer', { width: 2, height: 3 }], weather('Paris')], mixed, false],
  // Irrelevance: no tool fits.
  ['no call where none is right', [], [], true],
  ['a call where none is right', [['ping', {}]], [], false],
  ['no call where one is right', [], inParis, false],
]

test('there are at least 60 cases', () => expect(cases.length).toBeGreaterThanOrEqual(60))

test.each(cases)('%s', (_name, planned, right, isExact) => {
  const compared = comparePlans(planned.map(toCall), right.map(toRightCall), schemas)
  expect(compared.isExact).toBe(isExact)
})
