import {
  BedrockRuntimeClient,
  type BedrockRuntimeClientConfig,
  ConverseCommand,
  InvokeModelCommand,
} from '@aws-sdk/client-bedrock-runtime'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import type { Clock } from '#runtime/core/clock.ts'
import { Fault } from '#runtime/core/faults.ts'
import { classifyFailure, unreadableAnswer } from '../failed-attempt.ts'
import type { Completion, LanguageModel, Prompt } from '../language-model.ts'
import { chatRequest, parseChatCompletion } from './chat-messages.ts'

/** Imported models: not all of them support Converse, but all take chat completion bodies. */
const importedModelArn = /^arn:aws[\w-]*:bedrock:[^:]*:\d*:imported-model\//

type BedrockAnswer = Pick<Completion, 'text' | 'usage' | 'model'>

/**
 * A model of Amazon Bedrock: InvokeModel with chat completion bodies for an imported model, Converse for all others. Region, credentials
 * and endpoint come from AWS's environment variables and files, unless `client` sets them. FLY_CONFIG without a region.
 */
export async function openBedrockModel(
  name: string,
  clock: Clock,
  client: BedrockRuntimeClientConfig = {},
): Promise<LanguageModel> {
  // HTTP/1.1, since many proxies do not support the client's default, HTTP/2. One attempt: `retries.ts` repeats it.
  const bedrock = new BedrockRuntimeClient({ requestHandler: new NodeHttpHandler(), maxAttempts: 1, ...client })
  await bedrock.config.region().catch(() => {
    throw new Fault(
      'FLY_CONFIG',
      `language model ${name} is taken to be one of Amazon Bedrock, which needs a region: set AWS_REGION`,
    )
  })
  const ask = importedModelArn.test(name) ? invoke : converse
  return {
    name,
    async complete(prompt, signal) {
      const started = performance.now()
      try {
        const answer = await ask(bedrock, name, prompt, signal)
        return { ...answer, milliseconds: performance.now() - started }
      } catch (error) {
        signal.throwIfAborted()
        if (error instanceof Fault) throw error
        const failure = toFailedAttempt(error)
        if (failure === undefined) throw error
        if (failure === 'unreadable') throw unreadableAnswer(name, 'not JSON')
        return classifyFailure(name, failure, clock.now())
      }
    },
  }
}

async function invoke(client: BedrockRuntimeClient, name: string, prompt: Prompt, signal: AbortSignal) {
  const command = new InvokeModelCommand({
    modelId: name,
    contentType: 'application/json',
    accept: 'application/json',
    body: JSON.stringify(chatRequest(prompt)),
  })
  const { body } = await client.send(command, { abortSignal: signal })
  return parseChatCompletion(name, JSON.parse(new TextDecoder().decode(body)))
}

async function converse(
  client: BedrockRuntimeClient,
  name: string,
  { messages, maxTokens }: Prompt,
  signal: AbortSignal,
): Promise<BedrockAnswer> {
  const command = new ConverseCommand({
    modelId: name,
    system: messages.flatMap(({ role, content }) => (role === 'system' ? [{ text: content }] : [])),
    messages: messages.flatMap(({ role, content }) =>
      role === 'system' ? [] : [{ role, content: [{ text: content }] }],
    ),
    inferenceConfig: { maxTokens, temperature: 0 },
  })
  const { output, usage } = await client.send(command, { abortSignal: signal })
  const text = output?.message?.content?.map(block => block.text ?? '').join('')
  const { inputTokens, outputTokens } = usage ?? {}
  if (text === undefined || inputTokens === undefined || outputTokens === undefined)
    throw unreadableAnswer(name, 'neither text nor usage')
  return { text, usage: { inputTokens, outputTokens }, model: name }
}

type AwsError = Error & {
  readonly code?: unknown
  readonly $metadata?: { readonly httpStatusCode?: number }
  readonly $response?: { readonly statusCode?: number; readonly headers?: Readonly<Record<string, string>> }
}

/** What the client's error says of the attempt; undefined where it is a bug rather than a failed attempt. */
function toFailedAttempt(error: unknown) {
  if (!(error instanceof Error)) return undefined
  const { name, code, $metadata, $response } = error as AwsError
  const status = $metadata?.httpStatusCode ?? $response?.statusCode
  if (name === 'CredentialsProviderError') return { status: 401, code: name, retryAfter: undefined }
  if (name === 'SyntaxError' && (status === undefined || status < 300)) return 'unreadable'
  if (status === undefined && typeof code !== 'string' && name !== 'TimeoutError') return undefined
  return {
    status,
    code: status === undefined && typeof code === 'string' ? code : name,
    retryAfter: $response?.headers?.['retry-after'],
  }
}
