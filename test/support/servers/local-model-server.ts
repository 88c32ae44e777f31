import { pathToFileURL } from 'node:url'
import Fastify from 'fastify'
import { z } from 'zod'

/**
 * A process that answers OpenAI chat completions with llama.cpp. Arguments: the file of node-llama-cpp, the file of weights.
 * Prints its URL on stdout. The weights are pretrained only and have no chat template, so the conversation is plain text.
 */
const [library = '', weights = ''] = process.argv.slice(2)

/** The used part of node-llama-cpp, which is no dependency of this project. */
type Llama = {
  readonly loadModel: (options: { modelPath: string }) => Promise<{
    readonly tokenize: (text: string) => readonly number[]
    readonly createContext: (options: { contextSize: number }) => Promise<{ readonly getSequence: () => object }>
  }>
  readonly createGrammarForJsonSchema: (schema: unknown) => Promise<object>
}
type Completion = { readonly generateCompletion: (prompt: string, options: object) => Promise<string> }

const { getLlama, LlamaCompletion } = (await import(pathToFileURL(library).href)) as {
  readonly getLlama: (options: object) => Promise<Llama>
  readonly LlamaCompletion: new (options: { contextSequence: object }) => Completion
}
const llama = await getLlama({ gpu: false, build: 'never', maxThreads: 2, logLevel: 'error' })
const model = await llama.loadModel({ modelPath: weights })
const context = await model.createContext({ contextSize: 4096 })
const completion = new LlamaCompletion({ contextSequence: context.getSequence() })

const body = z.object({
  messages: z.array(z.object({ role: z.string(), content: z.string() })),
  max_tokens: z.number(),
  response_format: z.object({ json_schema: z.object({ schema: z.unknown() }) }).optional(),
})

/** llama.cpp's grammars support `oneOf` but not `anyOf`; for nullable types they are equal. */
const asGrammar = (schema: unknown) => JSON.parse(JSON.stringify(schema).replaceAll('"anyOf"', '"oneOf"'))

const app = Fastify({ forceCloseConnections: true })
app.post('/v1/chat/completions', async (request, reply) => {
  const { messages, max_tokens: maxTokens, response_format: format } = body.parse(request.body)
  const prompt = `${messages.map(({ role, content }) => `${role}: ${content}`).join('\n\n')}\n\nassistant:`
  const gone = new AbortController()
  reply.raw.once('close', () => gone.abort())
  const grammar = format && (await llama.createGrammarForJsonSchema(asGrammar(format.json_schema.schema)))
  let written = 0
  const onToken = (tokens: readonly number[]): void => {
    written += tokens.length
  }
  const options = { maxTokens, temperature: 0, signal: gone.signal, onToken, ...(grammar && { grammar }) }
  const content = await completion.generateCompletion(prompt, options)
  const usage = { prompt_tokens: model.tokenize(prompt).length, completion_tokens: written }
  return {
    object: 'chat.completion',
    model: 'gemma-3-270m',
    choices: [{ index: 0, message: { role: 'assistant', content } }],
    usage,
  }
})
// Standard input is a pipe from the starting process: it closes when that process ends.
process.stdin.resume().once('end', () => process.exit())
process.stdout.write(`${await app.listen({ host: '127.0.0.1', port: 0 })}\n`)
