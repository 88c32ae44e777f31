import Fastify, { type FastifyReply } from 'fastify'
import { onTestFinished } from 'vitest'
import { at } from '#runtime/core/checked.ts'

/** What the server does with one request: answer with a text, or fail in one of several ways. */
export type ScriptedAnswer =
  | { readonly say: string }
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly message?: string }
  | { readonly raw: string; readonly contentType: string }
  /** Never answers, or begins to answer and stops. */
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
  /** The answers to the next requests, one each; the last one is repeated. */
  readonly respondWith: (...answers: readonly ScriptedAnswer[]) => void
}

const usage = { input: 12, output: 5 }

/** A local server with OpenAI's chat completions and Bedrock's Converse and InvokeModel APIs, and scripted answers. */
export async function startModelServer(): Promise<ModelServer> {
  let script: readonly ScriptedAnswer[] = [{ say: 'hello' }]
  const requests: ReceivedRequest[] = []
  const app = Fastify({ forceCloseConnections: true })
  // The AWS client sends other content types.
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, text, done) => done(null, JSON.parse(String(text))))
  app.post('/*', async (request, reply) => {
    const path = decodeURIComponent(request.url)
    requests.push({ path, body: request.body, headers: request.headers })
    const answer = at(script, 0)
    if (script.length > 1) script = script.slice(1)
    return respond(answer, path, reply)
  })
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  onTestFinished(() => app.close())
  const respondWith = (...answers: readonly ScriptedAnswer[]): void => {
    script = answers
  }
  return { url, requests, respondWith }
}

async function respond(answer: ScriptedAnswer, path: string, reply: FastifyReply): Promise<unknown> {
  if (answer === 'hang' || answer === 'stall') {
    if (answer === 'stall') {
      reply.raw.writeHead(200, { 'content-type': 'application/json' })
      reply.raw.write('{"choices":')
    }
    return reply.hijack()
  }
  if ('say' in answer) return path.endsWith('/converse') ? converseAnswer(answer.say) : chatCompletion(answer.say)
  if ('raw' in answer) return reply.type(answer.contentType).send(answer.raw)
  const { status, headers = {}, message = 'no' } = answer
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
