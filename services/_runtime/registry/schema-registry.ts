/** How a subject may change: the topology's level is passed at every registration. */
export type Compatibility = 'BACKWARD' | 'FORWARD' | 'FULL' | 'FULL_TRANSITIVE' | 'NONE'

/** Avro schemas under numbers, as Confluent's registry has them; the wire format is a zero byte, the number in four bytes, then Avro. */
export interface SchemaRegistry {
  /** The number of a schema under a subject (`TOPIC-value`); the same one each time. FLY_SCHEMA when it is not compatible. */
  register(subject: string, schema: object, compatibility: Compatibility): Promise<number>
  /** The schema with that number; FLY_DECODE when there is none. */
  schema(id: number): Promise<object>
  close(): Promise<void>
}
