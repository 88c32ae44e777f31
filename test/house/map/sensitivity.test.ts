import { expect, test } from 'vitest'
import { topicDefinitions } from '#topology/derive/definitions.ts'
import { services } from '#topology/map.ts'
import { schemas } from '../repository-files.ts'

/** Fields of what ingest writes that hold no words of a person: names that the sender's system gives, and what operators write. */
const plain = new Set([
  ...[
    'agent',
    'tool',
    'planner',
    'prompt',
    'stage',
    'model',
    'source',
    'kind',
    'name',
    'description',
    'argumentSchema',
  ],
])
/** Written by operators when they register an agent, and derived from that. */
const byOperators = 'AgentDescribed'

type Field = { readonly name: string; readonly type: unknown; readonly sensitivity?: string }

/** Every field that holds strings, at any depth, with its tag. */
function stringFields(schema: unknown): readonly Field[] {
  if (Array.isArray(schema)) return schema.flatMap(stringFields)
  if (schema === null || typeof schema !== 'object') return []
  const {
    fields = [],
    type,
    items,
    values,
  } = schema as { fields?: Field[]; type?: unknown; items?: unknown; values?: unknown }
  return [
    ...fields.filter(field => holdsString(field.type)),
    ...fields.flatMap(field => stringFields(field.type)),
    ...[type, items, values].flatMap(stringFields),
  ]
}

function holdsString(type: unknown): boolean {
  if (type === 'string') return true
  if (Array.isArray(type)) return type.some(holdsString)
  if (type === null || typeof type !== 'object') return false
  const { type: inner, items, values } = type as { type?: unknown; items?: unknown; values?: unknown }
  return [inner, items, values].some(holdsString)
}

test('every string that ingest writes is tagged for redaction or known to be plain', () => {
  const written = services.ingest.writes.map(topic => topicDefinitions[topic].event)
  expect(written).toContain(byOperators)
  const untagged = written
    .filter(event => event !== byOperators)
    .flatMap(event =>
      stringFields(schemas.find(({ name }) => name === event))
        .filter(({ name, sensitivity }) => sensitivity === undefined && !plain.has(name))
        .map(({ name }) => `${event}.${name}`),
    )
  expect(untagged).toEqual([])
})

test('what customers, agents and reviewers write is tagged in every event', () => {
  const written = ['question', 'text', 'arguments', 'answer', 'reason', 'comment', 'notes', 'facts']
  const wrong = schemas.flatMap(schema =>
    stringFields(schema)
      .filter(({ name, sensitivity }) => written.includes(name) && sensitivity !== 'free-text')
      .map(({ name }) => `${schema.name}.${name}`),
  )
  expect(wrong).toEqual([])
})
