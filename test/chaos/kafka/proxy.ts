import { connect, createServer, type Server, type Socket } from 'node:net'

/** Cuts the connections between a client (absent: any) and a broker (absent: any). */
export type Cut = {
  /** The client id in Kafka's requests. */
  readonly client?: string
  readonly broker?: number
  /** `refuse`: connections are reset. `swallow`: they stay open and nothing passes until the cut ends, as with a lost route. */
  readonly kind: 'refuse' | 'swallow'
}

export type Proxies = {
  /** Cuts until the returned function is called. */
  readonly cut: (cut: Cut) => () => void
  readonly close: () => void
}

type ProxiedConnection = {
  readonly client: string
  readonly broker: number
  readonly target: number
  readonly clientSocket: Socket
  brokerSocket?: Socket
  flowing: boolean
}

/** The network between clients and brokers: one listener for each broker, on the port that it advertises. */
export async function startProxies(
  routes: readonly { readonly broker: number; readonly port: number; readonly target: number }[],
): Promise<Proxies> {
  const links = new Set<ProxiedConnection>()
  const cuts = new Set<Cut>()
  const hit = ({ client, broker }: ProxiedConnection, cut: Cut): boolean =>
    (cut.client ?? client) === client && (cut.broker ?? broker) === broker

  /** Resets, pauses or resumes a connection, as the current cuts require. */
  const apply = (link: ProxiedConnection): void => {
    const kinds = [...cuts].filter(cut => hit(link, cut)).map(({ kind }) => kind)
    if (kinds.includes('refuse')) link.clientSocket.resetAndDestroy()
    else if (kinds.length > 0) pauseConnection(link)
    else resumeConnection(link)
  }

  const serve = (broker: number, target: number) => (clientSocket: Socket) => {
    clientSocket.setNoDelay(true)
    clientSocket.on('error', () => clientSocket.destroy())
    clientSocket.once('data', (first: Buffer) => {
      clientSocket.pause()
      clientSocket.unshift(first)
      const link: ProxiedConnection = { client: clientOf(first), broker, target, clientSocket, flowing: false }
      links.add(link)
      clientSocket.once('close', () => {
        links.delete(link)
        link.brokerSocket?.destroy()
      })
      apply(link)
    })
  }

  const applyAll = (): void => {
    for (const link of links) apply(link)
  }
  const servers = await Promise.all(routes.map(({ broker, port, target }) => listen(port, serve(broker, target))))
  return {
    cut(cut) {
      cuts.add(cut)
      applyAll()
      return () => {
        cuts.delete(cut)
        applyAll()
      }
    },
    close() {
      for (const { clientSocket } of links) clientSocket.destroy()
      for (const server of servers) server.close()
    },
  }
}

function pauseConnection(link: ProxiedConnection): void {
  const { clientSocket, brokerSocket } = link
  link.flowing = false
  for (const socket of [clientSocket, brokerSocket]) socket?.unpipe().pause()
}

function resumeConnection(link: ProxiedConnection): void {
  if (link.flowing) return
  const { clientSocket, target } = link
  if (!link.brokerSocket) {
    link.brokerSocket = connect({ host: '127.0.0.1', port: target, noDelay: true })
    // As if nothing listened there: clients then use another broker.
    link.brokerSocket.on('error', () => clientSocket.resetAndDestroy())
    link.brokerSocket.once('close', () => clientSocket.destroy())
  }
  clientSocket.pipe(link.brokerSocket)
  link.brokerSocket.pipe(clientSocket)
  link.flowing = true
}

/** The client id in a request's header: after its size, API key, API version and correlation id. */
function clientOf(request: Buffer): string {
  const length = request.length >= 14 ? request.readInt16BE(12) : -1
  return length > 0 ? request.subarray(14, 14 + length).toString() : ''
}

function listen(port: number, serve: (socket: Socket) => void): Promise<Server> {
  const server = createServer({ allowHalfOpen: false }, serve)
  return new Promise((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', () => resolve(server)))
}
