import { createServer } from 'node:net'
import { onTestFinished } from 'vitest'
import { kafkaRequests } from './request-numbers.ts'

/**
 * A server that answers only a Kafka client's first requests: which request numbers it supports, and that it is the only
 * broker. It does not answer any other request. Returns host:port.
 */
export async function startFakeBroker(requests: readonly number[]): Promise<string> {
  const server = createServer(socket => {
    let pending = Buffer.alloc(0)
    socket.on('data', data => {
      pending = Buffer.concat([pending, data])
      while (pending.length >= 4 && pending.length >= 4 + pending.readInt32BE(0)) {
        const request = pending.subarray(4, 4 + pending.readInt32BE(0))
        pending = pending.subarray(4 + request.length)
        const answer = answers[request.readInt16BE(0)]?.()
        if (answer) socket.write(framed(request.readInt32BE(4), answer))
      }
    })
    socket.on('error', () => {})
    onTestFinished(() => void socket.destroy())
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const { port } = server.address() as { port: number }
  const known = [kafkaRequests.apiVersions, kafkaRequests.metadata, ...requests].map(key =>
    Buffer.concat([int16(key), int16(0), int16(1)]),
  )
  const answers: Record<number, () => Buffer> = {
    // Error code, requests with their lowest and highest version, throttle time.
    [kafkaRequests.apiVersions]: () => Buffer.concat([int16(0), int32(known.length), ...known, int32(0)]),
    // Brokers (number, host, port, no rack), controller, topics.
    [kafkaRequests.metadata]: () =>
      Buffer.concat([int32(1), int32(1), text('127.0.0.1'), int32(port), int16(-1), int32(1), int32(0)]),
  }
  return `127.0.0.1:${port}`
}

const framed = (correlation: number, answer: Buffer): Buffer =>
  Buffer.concat([int32(4 + answer.length), int32(correlation), answer])

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeInt16BE(value)
  return bytes
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}

const text = (value: string): Buffer => Buffer.concat([int16(value.length), Buffer.from(value)])
