import { subject } from '#topology/derive/names.ts'
import { requiredTopics } from '#topology/derive/required-topics.ts'
import { topic } from '#topology/topic-names.ts'
import type { ForbiddenStrings } from './text-rules.ts'

const constantOf = new Map(Object.entries(topic).map(([constant, name]) => [name as string, `topic.${constant}`]))
const derivedTopics = requiredTopics().filter(({ name }) => !constantOf.has(name))
const derivedHint = 'what topology/derive/names.ts gives'

/** Every topic of the map and what follows from it, with what to write instead of its name. */
export const forbiddenTopicNames: ForbiddenStrings = new Map([
  ...Array.from(constantOf, ([name, constant]) => [name, `${constant} from topology/topic-names.ts`] as const),
  ...derivedTopics.map(({ name }) => [name, derivedHint] as const),
  ...[...constantOf.keys(), ...derivedTopics.map(({ name }) => name)].map(
    name => [subject(name), derivedHint] as const,
  ),
])
