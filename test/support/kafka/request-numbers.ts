/** API keys of Kafka's protocol: the second field of every request, behind its size. */
export const kafkaRequests = {
  produce: 0,
  metadata: 3,
  apiVersions: 18,
  addPartitions: 24,
  endTransaction: 26,
  commitOffsets: 28,
} as const

/** Whether a chunk that a client writes to a socket begins with a request of that number. */
export const isRequest = (data: unknown, number: number): data is Buffer =>
  Buffer.isBuffer(data) && data.length > 6 && data.readInt16BE(4) === number
