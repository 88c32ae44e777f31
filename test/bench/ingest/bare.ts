import { fastify } from 'fastify'

/** The web framework alone: it parses the body, counts and answers. */
const app = fastify({ bodyLimit: 8 * 1024 * 1024 })
app.addContentTypeParser('application/x-ndjson', { parseAs: 'string' }, (_request, body, done) =>
  done(
    null,
    String(body)
      .split('\n')
      .filter(line => line !== '')
      .map(line => JSON.parse(line)),
  ),
)
app.post('/v1/chat-logs', async ({ body }) => ({ accepted: Array.isArray(body) ? body.length : 1 }))
await app.listen({ host: '127.0.0.1', port: Number(process.argv[2]) })
for (const end of ['SIGTERM', 'disconnect']) process.once(end, () => process.exit())
