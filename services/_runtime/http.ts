import { timingSafeEqual } from 'node:crypto'
import { type FastifyInstance, fastify } from 'fastify'
import { ZodError } from 'zod'
import type { Settings } from './config.ts'
import { Fault } from './faults.ts'
import { HttpError } from './http-error.ts'
import { digest } from './identity.ts'
import type { Logger, Metrics } from './telemetry.ts'
import { inCallersTrace } from './tracing.ts'

const bodyLimit = 8 * 1024 * 1024
/** Open without a key: they tell nothing of chats. */
const open = new Set(['/health', '/metrics'])

/**
 * The HTTP server of a process: one key for all routes, errors as `{ error: { code, message, field? } }`, `/health` and
 * `/metrics`. FLY_CONFIG when it would be reachable from other machines without a key.
 */
export function createServer(
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
  const app = fastify({ bodyLimit, forceCloseConnections: true })

  app.addHook('onRequest', async request => {
    const path = request.url.split('?', 1)[0] ?? ''
    if (settings.apiKey === undefined || open.has(path)) return
    const given = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1]
    if (given === undefined || !sameKey(given, settings.apiKey))
      throw new HttpError(401, 'unauthorized', 'Send the API key: Authorization: Bearer KEY')
  })
  // Not sooner: the body is read in the context of the connection, and what was entered before is left then.
  app.addHook('preHandler', (request, _reply, done) => inCallersTrace(request.headers['traceparent'], done))
  app.addContentTypeParser('application/x-ndjson', { parseAs: 'string' }, (_request, body, done) => done(null, body))
  app.setNotFoundHandler(async request => {
    throw new HttpError(404, 'not_found', `There is no ${request.method} ${request.url.split('?', 1)[0]}`)
  })
  app.setErrorHandler<Error & { statusCode?: number; code?: string }>((error, request, reply) => {
    if (error instanceof HttpError) return reply.code(error.status).send(body(error.code, error.message))
    if (error instanceof ZodError) {
      const [first] = error.issues
      const field = first?.path.join('.') ?? ''
      return reply.code(400).send(body('invalid', `${field || 'body'}: ${first?.message ?? 'invalid'}`, field))
    }
    if (error.statusCode !== undefined && error.statusCode < 500)
      return reply.code(error.statusCode).send(body(error.code?.toLowerCase() ?? 'invalid', error.message))
    const unavailable = error instanceof Fault && ['FLY_BROKER', 'FLY_STORE', 'FLY_REGISTRY'].includes(error.code)
    logger.error({ path: request.routeOptions.url, error: String(error) }, 'request failed')
    return reply
      .code(unavailable ? 503 : 500)
      .send(
        body(
          unavailable ? 'unavailable' : 'internal',
          unavailable ? 'Try again in a moment' : 'This is our fault; it is logged',
        ),
      )
  })
  app.get('/health', async () => health())
  app.get('/metrics', async (_request, reply) => reply.type(metrics.contentType).send(await metrics.text()))
  return app
}

const body = (code: string, message: string, field?: string): object => ({
  error: { code, message, ...(field ? { field } : {}) },
})

/** Compares digests, so that neither length nor content shows in the time taken. */
const sameKey = (given: string, key: string): boolean =>
  timingSafeEqual(Buffer.from(digest(given)), Buffer.from(digest(key)))

/** Listens and returns the base URL. FLY_PORT when the port is taken or not ours to take. */
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
