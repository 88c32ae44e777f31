import { subject } from '#topology/derive/names.ts'
import { wanted } from '#topology/derive/wanted.ts'
import { topic } from '#topology/names.ts'
import type { Forbidden } from './rules.ts'

const known = new Map(Object.entries(topic).map(([constant, name]) => [name as string, `topic.${constant}`]))
const derived = wanted().filter(({ name }) => !known.has(name))
const how = 'what topology/derive/names.ts gives'

/** Every topic of the map and what follows from it, with what to write instead of its name. */
export const topicNamesInQuotes: Forbidden = new Map([
  ...Array.from(known, ([name, constant]) => [name, `${constant} from topology/names.ts`] as const),
  ...derived.map(({ name }) => [name, how] as const),
  ...[...known.keys(), ...derived.map(({ name }) => name)].map(name => [subject(name), how] as const),
])
