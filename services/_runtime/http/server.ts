import { randomUUID } from 'node:crypto'
import { type IncomingMessage, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify'
import type { Logger } from 'pino'
import type { Settings } from '../config/config.ts'
import { at } from '../core/checked.ts'
import { Fault } from '../core/faults.ts'
import type { Metrics } from '../telemetry/telemetry.ts'
import { runInCallerTrace } from '../telemetry/tracing.ts'
import { bodyLimit, limitHeldBytes } from './admission.ts'
import { type Caller, createAuthenticator, type Scope } from './api-keys.ts'
import { HttpError, type HttpProblem, httpError, toHttpProblem } from './error.ts'
import { parseJson } from './json-body.ts'

/** Time limit for receiving a complete request, streamed bodies included, in milliseconds. */
const requestTimeoutMs = 300_000
/** Paths that need no key. They expose no chat content. */
const publicPaths = new Set(['/health', '/ready', '/metrics', '/openapi.json', '/review', '/review/openapi.json'])

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The scope that this route requires. Default: `read` for GET and HEAD, `admin` for other methods. */
    scope?: Scope
  }
  interface FastifyRequest {
    /** The authenticated sender; absent on public paths. */
    caller?: Caller
  }
}

/**
 * Creates the HTTP server of a process: API keys with scopes, request ids, errors as `{ error: { code, message, field? } }`,
 * `/health` (the process answers) and `/metrics`. JSON bodies are parsed; `application/x-ndjson` is passed to the handler as a stream. Throws FLY_CONFIG
 * if the server would be reachable from other machines without a key.
 */
export function createHttpServer(
  settings: Settings,
  logger: Logger,
  metrics: Metrics,
  health: () => object,
): FastifyInstance {
  const loopback = ['127.0.0.1', '::1', 'localhost'].includes(settings.host)
  if (!loopback && settings.apiKey === undefined)
    throw new Fault(
      'FLY_CONFIG',
      `FLYWHEEL_HOST=${settings.host} is reachable from other machines: set FLYWHEEL_API_KEY as well`,
    )
  const handleError = createErrorHandler(logger)
  const app: FastifyInstance = fastify({
    ...{
      bodyLimit,
      requestTimeout: requestTimeoutMs,
      forceCloseConnections: true,
      clientErrorHandler,
      requestIdHeader: false,
    },
    genReqId: ({ headers }) => validRequestId(headers['x-request-id']) ?? randomUUID(),
    frameworkErrors: (error, request, reply) =>
      void handleError(error, request, reply.header('x-request-id', request.id)),
  })
  app.addHook('onRequest', async (request, reply) => void reply.header('x-request-id', request.id))
  authenticate(app, settings)
  limitHeldBytes(app, metrics)
  app.addHook('preHandler', (request, _reply, done) => runInCallerTrace(request.headers['traceparent'], done))
  app.addHook('onResponse', async (request, reply) => {
    const { method, id, routeOptions } = request
    const [route, status] = [routeOptions.url ?? 'none', reply.statusCode]
    metrics.requests.inc({ method, route, status })
    // 429 responses can be very frequent, so they are logged only at level debug.
    const level = status >= 400 && status !== 429 ? 'info' : 'debug'
    logger[level]({ requestId: id, method, route, status, milliseconds: Math.round(reply.elapsedTime) }, 'answered')
  })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, async (request: FastifyRequest, body: Buffer) => {
    refuseContentEncoding(request)
    return parseJson(body)
  })
  app.addContentTypeParser('application/x-ndjson', async (request: FastifyRequest, lines: IncomingMessage) => {
    refuseContentEncoding(request)
    return lines
  })
  app.setNotFoundHandler(async request => {
    throw httpError(404, 'not_found', `There is no ${request.method} ${request.url.split('?', 1)[0]}`)
  })
  app.setErrorHandler<Error & { statusCode?: number }>(handleError)
  app.get('/health', async () => health())
  app.get('/metrics', async (_request, reply) => reply.type(metrics.contentType).send(await metrics.text()))
  return app
}

/** Refuses with 401 without a known key, 403 if the key lacks the scope, 429 if the key exceeds its rate. */
function authenticate(app: FastifyInstance, settings: Settings): void {
  const callerOf = createAuthenticator(settings)
  app.decorateRequest('caller')
  app.addHook('onRequest', async request => {
    if (publicPaths.has(at(request.url.split('?', 1), 0))) return
    const caller = callerOf(request.headers.authorization)
    if (!caller) throw httpError(401, 'unauthorized', 'Send the API key: Authorization: Bearer KEY')
    const scope = request.routeOptions.config?.scope ?? (/^(GET|HEAD)$/.test(request.method) ? 'read' : 'admin')
    if (!request.is404 && !caller.scopes.has(scope))
      throw httpError(403, 'forbidden', `This key may not do that: it needs the scope ${scope}`)
    request.caller = caller
    const wait = caller.bucket?.take(performance.now()) ?? 0
    if (wait > 0)
      throw httpError(
        429,
        'too_often',
        'The rate limit of this key is exceeded: send the request again later',
        Math.ceil(wait),
      )
  })
}

/** A request id from the client, if it is safe to write to the log unchanged. */
const validRequestId = (given: unknown): string | undefined =>
  typeof given === 'string' && /^[\w.:/+=-]{1,128}$/.test(given) ? given : undefined

/** Throws HttpError 415 if the body is compressed. */
function refuseContentEncoding({ headers }: FastifyRequest): void {
  if (!['identity', undefined].includes(headers['content-encoding']))
    throw httpError(415, 'media_type', 'Send it without Content-Encoding')
}

/** Response bodies for errors raised by Fastify, by status. */
const frameworkProblems: Readonly<Record<number, HttpProblem>> = {
  413: { code: 'too_large', message: `More than ${bodyLimit} bytes: send less at a time` },
  415: { code: 'media_type', message: 'Send Content-Type: application/json, or application/x-ndjson for records' },
}
const errorBody = (problem: HttpProblem): { readonly error: HttpProblem } => ({ error: problem })

function createErrorHandler(logger: Logger) {
  return (
    error: Error & { statusCode?: number; code?: string },
    request: FastifyRequest,
    reply: FastifyReply,
  ): FastifyReply => {
    const refusal = toHttpProblem(error)
    if (error instanceof HttpError && error.retryAfter !== undefined) reply.header('retry-after', error.retryAfter)
    if (refusal?.status === 401) reply.header('www-authenticate', 'Bearer')
    if (refusal) return reply.code(refusal.status).send(errorBody(refusal.problem))
    // The client disconnected while sending: a client error, not a server error.
    const isCutOff = error.code === 'ECONNRESET' && !request.raw.complete
    const { statusCode: status = isCutOff ? 400 : 500 } = error
    if (status < 500)
      return reply
        .code(status)
        .send(errorBody(frameworkProblems[status] ?? { code: 'invalid', message: error.message }))
    logger.error({ requestId: request.id, path: request.routeOptions.url, error: String(error) }, 'request failed')
    const unavailable = error instanceof Fault && ['FLY_BROKER', 'FLY_STORE', 'FLY_REGISTRY'].includes(error.code)
    if (unavailable)
      return reply
        .code(503)
        .header('retry-after', 1)
        .send(errorBody({ code: 'unavailable', message: 'Try again in a moment' }))
    return reply.code(500).send(
      errorBody({
        code: 'internal',
        message: 'Internal error: the log of the service has the details under this request id',
      }),
    )
  }
}

/** Answers input that is not valid HTTP or too slow. No request object exists yet, so the response is written to the socket. */
function clientErrorHandler(error: Error & { code?: string }, socket: Socket): void {
  const status = { HPE_HEADER_OVERFLOW: 431, ERR_HTTP_REQUEST_TIMEOUT: 408 }[error.code ?? ''] ?? 400
  const text = JSON.stringify(errorBody({ code: 'invalid', message: `${STATUS_CODES[status]}: send HTTP/1.1` }))
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\ncontent-type: application/json\r\nconnection: close`
  if (socket.writable) socket.write(`${head}\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`)
  socket.destroy()
}

/** Listens and returns the base URL. Throws FLY_PORT if the port is in use or not permitted. */
export async function listen(app: FastifyInstance, host: string, port: number): Promise<string> {
  try {
    return await app.listen({ host, port })
  } catch (error) {
    throw new Fault(
      'FLY_PORT',
      `cannot listen on ${host}:${port} (${String((error as { code?: string }).code)}): stop what uses it, or set FLYWHEEL_PORT or --port`,
      { host, port },
      error,
    )
  }
}
