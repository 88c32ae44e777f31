import type { DatabaseSync } from 'node:sqlite'
import { Fault } from '../core/faults.ts'
import { canonicalJson } from '../core/identity.ts'
import { inTransaction } from '../sqlite/transaction.ts'
import { compatibilityProblem } from './compatibility.ts'
import type { Compatibility, SchemaRegistry } from './schema-registry.ts'

/**
 * The schema registry in the file of a data folder (sqlite/data-file.ts). As in Confluent's registry, a schema has the same id under
 * every subject. Closing the registry does not close the file.
 */
export function createEmbeddedRegistry(db: DatabaseSync): SchemaRegistry {
  const byText = db.prepare('SELECT id FROM schemas WHERE text = ?')
  const byId = db.prepare('SELECT text FROM schemas WHERE id = ?')
  const versions = db.prepare(
    'SELECT schema, text FROM versions JOIN schemas ON id = schema WHERE subject = ? ORDER BY version',
  )
  const addSchema = db.prepare('INSERT INTO schemas (text) VALUES (?)')
  const addVersion = db.prepare('INSERT INTO versions VALUES (?, ?, ?)')

  const register = (subject: string, schema: object, compatibility: Compatibility): number => {
    const text = canonicalJson(schema)
    const earlier = versions.all(subject)
    const same = earlier.find(version => version.text === text)
    if (same) return Number(same.schema)
    const problem = compatibilityProblem(
      schema,
      earlier.map(version => JSON.parse(String(version.text))),
      compatibility,
    )
    if (problem !== undefined)
      throw new Fault('FLY_SCHEMA', `${subject} is not ${compatibility} compatible: ${problem}`, {
        subject,
        compatibility,
      })
    return inTransaction(db, () => {
      const id = Number(byText.get(text)?.id ?? addSchema.run(text).lastInsertRowid)
      addVersion.run(subject, earlier.length + 1, id)
      return id
    })
  }

  return {
    register: async (subject, schema, compatibility) => register(subject, schema, compatibility),
    async schema(id) {
      const text = byId.get(id)?.text
      if (text === undefined) throw new Fault('FLY_DECODE', `there is no schema ${id}`, { schemaId: id })
      return JSON.parse(String(text))
    },
    close: async () => {},
  }
}
