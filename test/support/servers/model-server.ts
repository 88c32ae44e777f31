import Fastify, { type FastifyReply } from 'fastify'
import { onTestFinished } from 'vitest'

/** What the server does with one request: an answer's text, or something that no model should do. */
export type ScriptedAnswer =
  | { readonly say: string }
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly message?: string }
  | { readonly raw: string; readonly contentType: string }
  /** Takes the request and never answers, or begins to and does not go on. */
  | 'hang'
  | 'stall'

export type ReceivedRequest = {
  readonly path: string
  readonly body: unknown
  readonly headers: Readonly<Record<string, unknown>>
}

export type ModelServer = {
  readonly url: string
  readonly requests: readonly ReceivedRequest[]
  /** From now on it does these, one a request, the last one for ever. */
  readonly respondWith: (...acts: readonly ScriptedAnswer[]) => void
}

const usage = { input: 12, output: 5 }

/** A local server that speaks OpenAI's chat completions and Bedrock's Converse and InvokeModel, and does as it is told. */
export async function startModelServer(): Promise<ModelServer> {
  let script: readonly ScriptedAnswer[] = [{ say: 'hello' }]
  const requests: ReceivedRequest[] = []
  const app = Fastify({ forceCloseConnections: true })
  // The AWS client says what it is in other words.
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, text, done) => done(null, JSON.parse(String(text))))
  app.post('/*', async (request, reply) => {
    const path = decodeURIComponent(request.url)
    requests.push({ path, body: request.body, headers: request.headers })
    const [act = 'hang'] = script
    if (script.length > 1) script = script.slice(1)
    return respond(act, path, reply)
  })
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  onTestFinished(() => app.close())
  const respondWith = (...acts: readonly ScriptedAnswer[]): void => {
    script = acts
  }
  return { url, requests, respondWith }
}

async function respond(act: ScriptedAnswer, path: string, reply: FastifyReply): Promise<unknown> {
  if (act === 'hang' || act === 'stall') {
    if (act === 'stall') {
      reply.raw.writeHead(200, { 'content-type': 'application/json' })
      reply.raw.write('{"choices":')
    }
    return reply.hijack()
  }
  if ('say' in act) return path.endsWith('/converse') ? converseAnswer(act.say) : chatCompletion(act.say)
  if ('raw' in act) return reply.type(act.contentType).send(act.raw)
  const { status, headers = {}, message = 'no' } = act
  const aws = path.startsWith('/model/') ? { 'x-amzn-errortype': awsErrors[status] ?? 'ModelErrorException' } : {}
  reply.code(status).headers({ ...headers, ...aws })
  return path.startsWith('/model/') ? { message } : { error: { message, code: 'as_told', type: 'fake', param: null } }
}

const awsErrors: Readonly<Record<number, string>> = {
  400: 'ValidationException',
  403: 'AccessDeniedException',
  404: 'ResourceNotFoundException',
  429: 'ThrottlingException',
  500: 'InternalServerException',
  503: 'ServiceUnavailableException',
}

const chatCompletion = (text: string) => ({
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1,
  model: 'fake-model-1',
  choices: [{ index: 0, message: { role: 'assistant', content: text }, finish_reason: 'stop' }],
  usage: {
    prompt_tokens: usage.input,
    completion_tokens: usage.output,
    total_tokens: usage.input + usage.output,
  },
})

const converseAnswer = (text: string) => ({
  output: { message: { role: 'assistant', content: [{ text }] } },
  stopReason: 'end_turn',
  usage: { inputTokens: usage.input, outputTokens: usage.output, totalTokens: usage.input + usage.output },
  metrics: { latencyMs: 3 },
})
