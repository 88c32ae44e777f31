import Fastify from 'fastify'
import { onTestFinished } from 'vitest'
import { isObject, type JsonObject } from '#runtime/core/json.ts'

const cities = ['Porto', 'Rome'] as const
const usage = { input: 30, output: 5 }

/**
 * A local server with OpenAI's chat completions and Responses API and Anthropic's Messages API. Asked for the wind, it calls the
 * tool `weather` for two cities at once, and answers once it has the results; to anything else it answers without a tool.
 */
export async function startWeatherModel(): Promise<string> {
  const app = Fastify({ forceCloseConnections: true })
  app.post<{ Body: JsonObject }>('/v1/*', async ({ url, body }) => {
    const messages = [body['messages'] ?? body['input']].flat().filter(isObject)
    const asked = messages.findLastIndex(isQuestion)
    const isWind = JSON.stringify(messages[asked]).includes('Windy')
    const calls = isWind && asked === messages.length - 1
    const answer = isWind ? 'Rome is windy.' : 'You are welcome.'
    if (url.endsWith('/messages')) return anthropicMessage(calls, answer)
    return url.endsWith('/responses') ? openaiResponse(calls, answer) : chatCompletion(calls, answer)
  })
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  onTestFinished(() => app.close())
  return url
}

/** Anthropic sends results of tools as messages of the user. */
const isQuestion = ({ role, content }: JsonObject): boolean =>
  role === 'user' && !(Array.isArray(content) && content.some(part => isObject(part) && part['type'] === 'tool_result'))

function chatCompletion(calls: boolean, answer: string) {
  const toolCalls = cities.map((city, index) => ({
    id: `call_${index}`,
    type: 'function',
    function: { name: 'weather', arguments: JSON.stringify({ city }) },
  }))
  const message = calls ? { content: null, tool_calls: toolCalls } : { content: answer }
  return {
    ...{ id: 'chatcmpl-1', object: 'chat.completion', created: 1, model: 'model-1' },
    choices: [{ index: 0, finish_reason: calls ? 'tool_calls' : 'stop', message: { role: 'assistant', ...message } }],
    usage: { prompt_tokens: usage.input, completion_tokens: usage.output, total_tokens: 35 },
  }
}

function openaiResponse(calls: boolean, answer: string) {
  const items = cities.map((city, index) => ({
    ...{ type: 'function_call', id: `fc_${index}`, call_id: `call_${index}`, status: 'completed' },
    ...{ name: 'weather', arguments: JSON.stringify({ city }) },
  }))
  const content = [{ type: 'output_text', text: answer, annotations: [] }]
  const message = { type: 'message', id: 'm', role: 'assistant', status: 'completed', content }
  return {
    ...{ id: 'resp_1', object: 'response', created_at: 1, status: 'completed', model: 'model-1' },
    ...{ parallel_tool_calls: true, tool_choice: 'auto', tools: [], output: calls ? items : [message] },
    usage: {
      ...{ input_tokens: usage.input, output_tokens: usage.output, total_tokens: 35 },
      ...{ input_tokens_details: { cached_tokens: 0 }, output_tokens_details: { reasoning_tokens: 0 } },
    },
  }
}

function anthropicMessage(calls: boolean, answer: string) {
  const blocks = cities.map((city, index) => ({
    type: 'tool_use',
    id: `call_${index}`,
    name: 'weather',
    input: { city },
  }))
  return {
    ...{ id: 'msg_1', type: 'message', role: 'assistant', model: 'model-1', stop_sequence: null },
    ...{ stop_reason: calls ? 'tool_use' : 'end_turn', content: calls ? blocks : [{ type: 'text', text: answer }] },
    usage: { input_tokens: usage.input, output_tokens: usage.output },
  }
}
