import { type AddressInfo, createServer, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import { kafkaRequests } from './request-numbers.ts'

/**
 * A server that answers only a Kafka client's first requests: which request numbers it supports, and the ports at which brokers listen,
 * its own alone where none are given. It does not answer any other request. Returns its port.
 */
export async function startFakeBroker(requests: readonly number[], advertised?: readonly number[]): Promise<number> {
  const port = await startServer(socket => {
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
  })
  const known = [kafkaRequests.apiVersions, kafkaRequests.metadata, ...requests].map(key =>
    Buffer.concat([int16(key), int16(0), int16(1)]),
  )
  const answers: Record<number, () => Buffer> = {
    // Error code, requests with their lowest and highest version, throttle time.
    [kafkaRequests.apiVersions]: () => Buffer.concat([int16(0), int32(known.length), ...known, int32(0)]),
    // Brokers (number, host, port, no rack), controller, topics.
    [kafkaRequests.metadata]: () => {
      const ports = advertised ?? [port]
      const brokers = ports.flatMap((at, index) => [int32(index), text('127.0.0.1'), int32(at), int16(-1)])
      return Buffer.concat([int32(ports.length), ...brokers, int32(0), int32(0)])
    },
  }
  return port
}

/** A server that accepts connections and answers nothing. Returns its port. */
export const startSilentServer = (): Promise<number> => startServer(socket => void socket.resume())

async function startServer(onConnection: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>()
  const server = createServer(socket => {
    sockets.add(socket)
    socket.on('error', () => {})
    onConnection(socket)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return (server.address() as AddressInfo).port
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
