/**
 * Confluent's wire format: a zero byte, the id of the writer's schema in the registry as four bytes (big-endian), then the Avro value.
 */
export const wireHeaderBytes = 5

export function writeWireHeader(bytes: Buffer, schemaId: number): void {
  bytes.writeUInt8(0, 0)
  bytes.writeUInt32BE(schemaId, 1)
}

/** The schema id of a value; undefined where the bytes are not in the wire format. */
export const readSchemaId = (value: Buffer): number | undefined =>
  value.length >= wireHeaderBytes && value[0] === 0 ? value.readUInt32BE(1) : undefined
