import { connect } from 'node:net'

export type HttpAnswer = { readonly status: number; readonly text: string }

/** One keep-alive HTTP/1.1 connection with one request at a time: the least work for the sender. */
export type Connection = {
  /** Status 0 when the connection closed before the answer. */
  readonly send: (head: string, body: string) => Promise<HttpAnswer>
  readonly close: () => void
}

export function openConnection(url: string): Connection {
  const { hostname, port } = new URL(url)
  let socket: ReturnType<typeof connect> | undefined
  let waiting: ((answer: HttpAnswer) => void) | undefined
  let received = ''

  const settle = (answer: HttpAnswer): void => {
    received = ''
    waiting?.(answer)
    waiting = undefined
  }
  const open = (): ReturnType<typeof connect> => {
    const opened = connect(Number(port), hostname).setNoDelay().setEncoding('latin1')
    opened.on('error', () => {})
    opened.on('close', () => {
      if (socket === opened) socket = undefined
      settle({ status: 0, text: '' })
    })
    opened.on('data', (chunk: unknown) => {
      received += String(chunk)
      const end = received.indexOf('\r\n\r\n')
      if (end < 0) return
      const length = Number(/content-length: (\d+)/i.exec(received)?.[1] ?? 0)
      if (received.length < end + 4 + length) return
      const answer = { status: Number(received.slice(9, 12)), text: received.slice(end + 4) }
      if (/connection: close/i.test(received.slice(0, end))) socket = undefined
      settle(answer)
    })
    return opened
  }

  return {
    send(head, body) {
      socket ??= open()
      const answer = new Promise<HttpAnswer>(resolve => {
        waiting = resolve
      })
      socket.write(`${head}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`)
      return answer
    },
    close: () => socket?.destroy(),
  }
}
