import type { ZodType } from 'zod'
import { agentBody, agentParams } from '#dialects/agent-body.ts'
import { chatLogBody, escalationBody, feedbackBody } from '#dialects/record-bodies.ts'
import { documentParts, errorResponse, jsonContent, toJsonSchema } from '#runtime/http/openapi.ts'
import { MAX_RECORDS } from './records.ts'
import {
  acceptedResponse,
  agentChangeResponse,
  agentResponse,
  agentsResponse,
  countsResponse,
  hoursResponse,
  ndjsonResponse,
} from './responses.ts'

/** Every schema that a route names. */
const schemas = {
  ChatLog: chatLogBody,
  Escalation: escalationBody,
  Feedback: feedbackBody,
  Agent: agentBody,
  Taken: acceptedResponse,
  Receipt: ndjsonResponse,
  Counts: countsResponse,
  Hours: hoursResponse,
  Described: agentChangeResponse,
  AgentKnown: agentResponse,
  AgentsKnown: agentsResponse,
  Error: errorResponse,
} satisfies Record<string, ZodType>
type SchemaName = keyof typeof schemas

const { ref, answer, refusals, requestId, document } = documentParts<SchemaName>(schemas)
const bodyRefusals = {
  413: answer('Too long, or too many.', 'Error'),
  415: answer('Neither JSON nor NDJSON, or packed.', 'Error'),
}

const example = { agent: 'desk', conversationId: 'c-1' }
const chatExample = { ...example, turn: 0, question: 'Price of AAPL?', plan: { tool: 'quote', argument: 'AAPL' } }

/** One of the three that take records. */
function recordsRoute(name: SchemaName, what: string, shown: object): object {
  return {
    post: {
      operationId: `send${name}`,
      summary: `Takes ${what}.`,
      description:
        `JSON is taken all or nothing. NDJSON is read as a stream of any length, line by line: lines that are refused are listed
and do not hold up the others, and after a 5xx or a broken connection some of the lines may be in the log. A record whose id is in the
log is a duplicate and changes nothing, so that sending again is always safe.`.replaceAll('\n', ' '),
      security: [{ key: ['ingest'] }],
      parameters: [requestId],
      requestBody: {
        required: true,
        content: {
          ...jsonContent(
            { oneOf: [ref(name), { type: 'array', items: ref(name), minItems: 1, maxItems: MAX_RECORDS }] },
            shown,
          ),
          'application/x-ndjson': { schema: ref(name), example: `${JSON.stringify(shown)}\n` },
        },
      },
      responses: {
        200: {
          description: 'All of it is in the log. The shape follows that of the body: JSON or NDJSON.',
          content: jsonContent({ oneOf: [ref('Taken'), ref('Receipt')] }),
        },
        207: answer('NDJSON of which some lines were refused; all others are in the log.', 'Receipt'),
        404: answer('The agent is not registered.', 'Error'),
        ...refusals,
        ...bodyRefusals,
      },
    },
  }
}

const agentParameter = { name: 'agent', in: 'path', required: true, schema: toJsonSchema(agentParams.shape.agent) }

function readRoute(operationId: string, summary: string, name: SchemaName, more: object = {}): object {
  const { parameters = [], responses = {} } = more as { parameters?: object[]; responses?: object }
  return {
    ...{ operationId, summary, security: [{ key: ['read'] }], parameters: [...parameters, requestId] },
    responses: { 200: answer(summary, name), ...refusals, ...responses },
  }
}

const agentNotFound = { 404: answer('The agent is not registered.', 'Error') }

/** Its shapes are OTLP's, those of the refusals too. */
const otlpContent = { 'application/x-protobuf': { schema: {} }, ...jsonContent({ type: 'object' }) }
const tracesRoute = {
  post: {
    operationId: 'sendTraces',
    summary: 'Takes turns out of OpenTelemetry spans (OTLP over HTTP).',
    security: [{ key: ['ingest'] }],
    parameters: [requestId],
    requestBody: {
      required: true,
      content: { ...otlpContent, ...jsonContent({ type: 'object' }, { resourceSpans: [] }) },
    },
    responses: {
      200: { description: 'What was taken is in the log; `partialSuccess` tells of the rest.', content: otlpContent },
      ...Object.fromEntries(
        Object.entries({ ...refusals, ...bodyRefusals }).map(([status, refusal]) => [
          status,
          { ...refusal, content: otlpContent },
        ]),
      ),
      415: { description: 'Neither protobuf nor JSON, or packed by anything but gzip.', content: otlpContent },
    },
  },
}

/** The HTTP interface of ingest in OpenAPI 3.1, its schemas those that bodies are validated with. */
export const openapi = document(
  'Flywheel ingest',
  'Chat logs, escalations and feedback of AI agents come in here. A 2xx means: it is in the event log.',
  {
    '/v1/chat-logs': recordsRoute('ChatLog', 'turns of conversations', chatExample),
    '/v1/escalations': recordsRoute('Escalation', 'hand-overs to people', { ...example, reason: 'I want a person' }),
    '/v1/feedback': recordsRoute('Feedback', 'ratings of answers', { ...example, rating: 'up' }),
    '/v1/traces': tracesRoute,
    '/v1/ingest/counts': { get: readRoute('readCounts', 'What was accepted, known already and refused.', 'Counts') },
    '/v1/ingest/hours': {
      get: readRoute('readHours', 'What was acknowledged and what the log has, by hour.', 'Hours'),
    },
    '/v1/agents': { get: readRoute('readAgents', 'All agents.', 'AgentsKnown') },
    '/v1/agents/{agent}': {
      get: readRoute('readAgent', 'One agent.', 'AgentKnown', {
        parameters: [agentParameter],
        responses: agentNotFound,
      }),
      put: {
        operationId: 'describeAgent',
        summary: 'Registers an agent, or changes it.',
        security: [{ key: ['admin'] }],
        parameters: [agentParameter, requestId],
        requestBody: {
          required: true,
          content: jsonContent(ref('Agent'), { tools: [{ name: 'quote', description: 'Price of a security.' }] }),
        },
        responses: { 200: answer('It is in the log.', 'Described'), ...refusals, ...bodyRefusals },
      },
    },
    '/openapi.json': {
      get: {
        ...{ operationId: 'readInterface', summary: 'This document.', security: [] },
        responses: { 200: { description: 'OpenAPI 3.1.', content: jsonContent({ type: 'object' }) } },
      },
    },
  },
)
