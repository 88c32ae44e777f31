import { connect, createServer, type Server, type Socket } from 'node:net'

/** A connection between a client and a broker is cut when it is one of the client's (any when absent) and one of the broker's. */
export type Cut = {
  /** The client id in Kafka's requests. */
  readonly client?: string
  readonly broker?: number
  /** Connections are reset, or they stay and nothing passes until the cut is over, as with a route that is lost. */
  readonly kind: 'refuse' | 'swallow'
}

export type Proxies = {
  /** Cuts until what it returns is called. */
  readonly cut: (cut: Cut) => () => void
  readonly close: () => void
}

type Link = {
  readonly client: string
  readonly broker: number
  readonly target: number
  readonly near: Socket
  far?: Socket
  flowing: boolean
}

/** The network between clients and brokers: one listener for each broker, on the port that it advertises. */
export async function startProxies(
  routes: readonly { readonly broker: number; readonly port: number; readonly target: number }[],
): Promise<Proxies> {
  const links = new Set<Link>()
  const cuts = new Set<Cut>()
  const hit = ({ client, broker }: Link, cut: Cut): boolean =>
    (cut.client ?? client) === client && (cut.broker ?? broker) === broker

  /** Lets a link go on as the cuts have it. */
  const apply = (link: Link): void => {
    const kinds = [...cuts].filter(cut => hit(link, cut)).map(({ kind }) => kind)
    if (kinds.includes('refuse')) link.near.resetAndDestroy()
    else if (kinds.length > 0) hold(link)
    else open(link)
  }

  const serve = (broker: number, target: number) => (near: Socket) => {
    near.setNoDelay(true)
    near.on('error', () => near.destroy())
    near.once('data', (first: Buffer) => {
      near.pause()
      near.unshift(first)
      const link: Link = { client: clientOf(first), broker, target, near, flowing: false }
      links.add(link)
      near.once('close', () => {
        links.delete(link)
        link.far?.destroy()
      })
      apply(link)
    })
  }

  const applyAll = (): void => {
    for (const link of links) apply(link)
  }
  const servers = await Promise.all(routes.map(({ broker, port, target }) => listening(port, serve(broker, target))))
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
      for (const { near } of links) near.destroy()
      for (const server of servers) server.close()
    },
  }
}

function hold(link: Link): void {
  const { near, far } = link
  link.flowing = false
  for (const socket of [near, far]) socket?.unpipe().pause()
}

function open(link: Link): void {
  if (link.flowing) return
  const { near, target } = link
  if (!link.far) {
    link.far = connect({ host: '127.0.0.1', port: target, noDelay: true })
    // As where nobody listens: clients then turn to another broker.
    link.far.on('error', () => near.resetAndDestroy())
    link.far.once('close', () => near.destroy())
  }
  near.pipe(link.far)
  link.far.pipe(near)
  link.flowing = true
}

/** The client id in a request's header: after its size, API key, API version and correlation id. */
function clientOf(request: Buffer): string {
  const length = request.length >= 14 ? request.readInt16BE(12) : -1
  return length > 0 ? request.subarray(14, 14 + length).toString() : ''
}

function listening(port: number, serve: (socket: Socket) => void): Promise<Server> {
  const server = createServer({ allowHalfOpen: false }, serve)
  return new Promise((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', () => resolve(server)))
}
