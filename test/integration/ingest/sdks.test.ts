import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readSettings } from '#runtime/config/config.ts'
import { openRuntime } from '#runtime/host/open-runtime.ts'
import type { ChatLogged } from '#schemas/events.ts'
import { call } from '#test/support/data/turns.ts'
import { temporaryFolder } from '#test/support/folder.ts'
import { runUntilTestEnds } from '#test/support/run-until-test-ends.ts'
import { npmWith } from '#test/support/servers/npm.ts'
import { pythonWith } from '#test/support/servers/python.ts'
import { startWeatherModel } from '#test/support/servers/weather-model.ts'
import { topic } from '#topology/topic-names.ts'

/** Programs import packages that only their own folder has, so those of Node are texts here. */
const program = (name: string): string => readFileSync(new URL(`sdks/${name}`, import.meta.url), 'utf8')

const sdk = 'opentelemetry-sdk==1.45.2 opentelemetry-exporter-otlp-proto-http==1.45.2'
const openai = `${sdk} openai==3.57.0`
/** What pip installs, the import that the program lacks, and the program: as users have them. */
const pythonCases: readonly (readonly [what: string, requirements: string, instrumentor: string, file: string])[] = [
  [
    'OpenAI with OpenTelemetry’s instrumentation',
    // It names neither httpx nor an upper bound of its helper.
    `${openai} httpx==0.28.1 opentelemetry-util-genai==0.4b0 opentelemetry-instrumentation-openai-v2==2.4b0`,
    'from opentelemetry.instrumentation.openai_v2 import OpenAIInstrumentor',
    'openai_chat.py',
  ],
  [
    'OpenAI with OpenLLMetry',
    `${openai} opentelemetry-instrumentation-openai==0.62.4`,
    'from opentelemetry.instrumentation.openai import OpenAIInstrumentor',
    'openai_chat.py',
  ],
  [
    'OpenAI with OpenInference',
    `${openai} openinference-instrumentation-openai==0.1.66`,
    'from openinference.instrumentation.openai import OpenAIInstrumentor',
    'openai_chat.py',
  ],
  [
    'OpenAI’s Responses API with OpenInference',
    `${openai} openinference-instrumentation-openai==0.1.66`,
    'from openinference.instrumentation.openai import OpenAIInstrumentor',
    'openai_responses.py',
  ],
  [
    'Anthropic with OpenInference',
    `${sdk} anthropic==2.14.0 openinference-instrumentation-anthropic==3.1.0`,
    'from openinference.instrumentation.anthropic import AnthropicInstrumentor',
    'anthropic_messages.py',
  ],
  [
    'LangChain with OpenInference',
    `${sdk} langchain==1.5.2 langchain-openai==1.7.4 openinference-instrumentation-langchain==0.1.80`,
    'from openinference.instrumentation.langchain import LangChainInstrumentor',
    'langchain_agent.py',
  ],
]

/** Ingest on a fresh embedded log with one agent, and a model that plans two calls at once. */
async function startIngest() {
  const settings = readSettings({
    ...{ FLYWHEEL_HOME: temporaryFolder(), FLYWHEEL_PORT: '0', FLYWHEEL_LOG_LEVEL: 'silent' },
    FLYWHEEL_API_KEY: 'the-key-of-this-test',
  })
  const runtime = await openRuntime(settings)
  const { urlOf, signal } = await runUntilTestEnds(runtime, ['ingest'])
  const headers = { authorization: 'Bearer the-key-of-this-test', 'content-type': 'application/json' }
  const body = JSON.stringify({ tools: [{ name: 'weather', description: 'The weather of a city.' }] })
  await fetch(`${urlOf('ingest')}/v1/agents/shop-web`, { method: 'PUT', headers, body })
  const variables = {
    MODEL_URL: await startWeatherModel(),
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${urlOf('ingest')}/v1/traces`,
    OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'authorization=Bearer%20the-key-of-this-test',
    OTEL_SEMCONV_STABILITY_OPT_IN: 'gen_ai_latest_experimental',
    OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: 'SPAN_ONLY',
  }
  const turns = async (): Promise<readonly ChatLogged[]> => {
    const found: ChatLogged[] = []
    await runtime.log.read(
      [topic.chatLogs],
      { from: 'beginning', follow: false },
      async records => {
        for (const { value } of records) if (value) found.push((await runtime.codec.decodeAny(value)) as ChatLogged)
      },
      signal,
    )
    return found.toSorted((a, b) => a.turn - b.turn)
  }
  return { variables, turns }
}

const measured = { model: 'model-1', latencyMs: expect.any(Number), inputTokens: 30, outputTokens: 5 }
const answeredItself = (text: string) => ({ calls: [], results: [], text, ...measured })
const results = [
  { callId: 'call_0', text: 'Porto: calm' },
  { callId: 'call_1', text: 'Rome: calm' },
]

/** Instrumentations write an object of arguments in their own spacing. */
function expectTheTurns(turns: readonly ChatLogged[]): void {
  const unspaced = JSON.parse(JSON.stringify(turns).replaceAll('\\": \\"', '\\":\\"'))
  const calls = [call('weather', '{"city":"Porto"}', 'call_0'), call('weather', '{"city":"Rome"}', 'call_1')]
  expect(unspaced).toMatchObject([
    {
      ...{ agent: 'shop-web', conversationId: 's1', turn: 0, question: 'Windy in Porto or Rome?', earlier: [] },
      steps: [{ calls, results, text: null, ...measured }, answeredItself('Rome is windy.')],
      answer: 'Rome is windy.',
    },
    {
      ...{ agent: 'shop-web', conversationId: 's1', turn: 1, question: 'Thanks!' },
      earlier: [
        { role: 'user', text: 'Windy in Porto or Rome?' },
        { role: 'assistant', calls },
        ...results.map(result => ({ role: 'tool', ...result })),
        { role: 'assistant', text: 'Rome is windy.', calls: [] },
      ],
      steps: [answeredItself('You are welcome.')],
      answer: 'You are welcome.',
    },
  ])
}

test.each(pythonCases)(
  '%s: two turns, the first with two calls at once',
  async (what, requirements, instrumentor, file) => {
    const python = await pythonWith(requirements, what)
    if (python === undefined) return
    const { variables, turns } = await startIngest()
    await python.run([program('tracing.py'), instrumentor, program(file)].join('\n'), variables)
    expectTheTurns(await turns())
  },
)

test('Vercel’s AI SDK: two turns, the first with two calls at once', async () => {
  const otel = ['sdk-trace-node@2.12.1', 'resources@2.12.1', 'exporter-trace-otlp-proto@0.223.1']
  const npm = await npmWith(
    ['ai@6.0.326', '@ai-sdk/openai@3.0.141', ...otel.map(name => `@opentelemetry/${name}`)],
    'Vercel’s AI SDK',
  )
  if (npm === undefined) return
  const { variables, turns } = await startIngest()
  await npm.run(program('ai-sdk.mjs.txt'), variables)
  expectTheTurns(await turns())
})
