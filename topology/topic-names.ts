import { topics } from './map.ts'
import type { TopicName } from './types.ts'

type CamelCase<Name extends string> = Name extends `${infer Head}-${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : Name

const camelCase = (name: string): string => name.replace(/-(.)/g, (_dash, letter: string) => letter.toUpperCase())

/**
 * Every topic of the map by its name in camel case: `topic.goldAnswers` is `'gold-answers'`. The literal type narrows an
 * `Inbound`, and a misspelt name does not compile. Code outside `topology/` names topics only through this object.
 */
export const topic = Object.fromEntries(Object.keys(topics).map(name => [camelCase(name), name])) as {
  readonly [Name in TopicName as CamelCase<Name>]: Name
}
