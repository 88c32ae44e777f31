/** The compatibility level of a subject: which changes of its schema are allowed. The map defines it. */
export type Compatibility = 'BACKWARD' | 'FORWARD' | 'FULL' | 'FULL_TRANSITIVE' | 'NONE'

/** A registry of Avro schemas by id, like Confluent's. */
export interface SchemaRegistry {
  /**
   * Registers a schema under a subject (`TOPIC-value`) and returns its id, which is the same each time. FLY_SCHEMA when it is not
   * compatible with the earlier versions, or not valid Avro.
   */
  register(subject: string, schema: object, compatibility: Compatibility): Promise<number>
  /** The schema with an id. FLY_DECODE when there is none. */
  schema(id: number): Promise<object>
  close(): Promise<void>
}
