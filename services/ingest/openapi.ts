import type { ZodType } from 'zod'
import { agentBody, agentParams } from '#dialects/agent-body.ts'
import { conversationBody } from '#dialects/conversation-body.ts'
import { chatLogBody, escalationBody, feedbackBody } from '#dialects/record-bodies.ts'
import { documentParts, errorResponse, jsonContent, toJsonSchema } from '#runtime/http/openapi.ts'
import { maxRecords } from './records.ts'
import {
  acceptedResponse,
  agentChangeResponse,
  agentResponse,
  agentsResponse,
  conversationResponse,
  countsResponse,
  hoursResponse,
  ndjsonResponse,
} from './responses.ts'

/** Every schema that a route names. */
const schemas = {
  ChatLog: chatLogBody,
  Conversation: conversationBody,
  Escalation: escalationBody,
  Feedback: feedbackBody,
  Agent: agentBody,
  Taken: acceptedResponse,
  ConversationTaken: conversationResponse,
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
  413: answer('The body is too large, or has too many records.', 'Error'),
  415: answer('The body is neither JSON nor NDJSON, or is compressed.', 'Error'),
}
const agentNotFound = { 404: answer('The agent is not registered.', 'Error') }

const ids = { agent: 'desk', conversationId: 'c-1' }
const chatExample = {
  ...ids,
  turn: 0,
  question: 'Price of AAPL?',
  plan: { calls: [{ tool: 'quote', arguments: '{"symbol":"AAPL"}' }] },
}

/** A route that accepts records. */
function recordsRoute(name: SchemaName, records: string, example: object): object {
  return {
    post: {
      operationId: `send${name}`,
      summary: `Accepts ${records}.`,
      description:
        'A JSON body is accepted as a whole or not at all. NDJSON is a stream of any length and is accepted line by line: refused ' +
        'lines are listed and do not affect the others. After a 5xx or a broken connection some of the lines may be in the log. A record whose id is in the ' +
        'log is a duplicate and changes nothing, so a request can always be repeated.',
      security: [{ key: ['ingest'] }],
      parameters: [requestId],
      requestBody: {
        required: true,
        content: {
          ...jsonContent(
            { oneOf: [ref(name), { type: 'array', items: ref(name), minItems: 1, maxItems: maxRecords }] },
            example,
          ),
          'application/x-ndjson': { schema: ref(name), example: `${JSON.stringify(example)}\n` },
        },
      },
      responses: {
        200: {
          description: 'All records are in the log. The shape of the response depends on the body: JSON or NDJSON.',
          content: jsonContent({ oneOf: [ref('Taken'), ref('Receipt')] }),
        },
        207: answer('Some lines of NDJSON were refused; all others are in the log.', 'Receipt'),
        ...agentNotFound,
        409: answer('An id was sent before with other content, which is kept.', 'Error'),
        ...refusals,
        ...bodyRefusals,
      },
    },
  }
}

const conversationsRoute = {
  post: {
    operationId: 'sendConversation',
    summary: 'Accepts the turns of a conversation, in a dialect of a model API or a framework.',
    description:
      'The messages are a list, or a request of a model API with its answer beside it. All turns are accepted or none: a shape that is ' +
      'not known is refused with its position. Sent again with more messages, only the new turns are added.',
    security: [{ key: ['ingest'] }],
    parameters: [requestId],
    requestBody: {
      required: true,
      content: jsonContent(ref('Conversation'), {
        ...ids,
        messages: [
          { role: 'user', content: 'Price of AAPL?' },
          {
            role: 'assistant',
            tool_calls: [{ id: 'c', type: 'function', function: { name: 'quote', arguments: '{"symbol":"AAPL"}' } }],
          },
          { role: 'tool', tool_call_id: 'c', content: '200' },
          { role: 'assistant', content: 'It is 200.' },
        ],
      }),
    },
    responses: {
      200: answer('All turns are in the log.', 'ConversationTaken'),
      ...agentNotFound,
      ...refusals,
      ...bodyRefusals,
    },
  },
}

const agentParameter = { name: 'agent', in: 'path', required: true, schema: toJsonSchema(agentParams.shape.agent) }

function readRoute(
  operationId: string,
  summary: string,
  name: SchemaName,
  parameters: readonly object[] = [],
  responses: object = {},
): object {
  return {
    ...{ operationId, summary, security: [{ key: ['read'] }], parameters: [...parameters, requestId] },
    responses: { 200: answer(summary, name), ...refusals, ...responses },
  }
}

/** Requests and responses are OTLP's, error responses too. */
const otlpContent = { 'application/x-protobuf': { schema: {} }, ...jsonContent({ type: 'object' }) }
const tracesRoute = {
  post: {
    operationId: 'sendTraces',
    summary: 'Accepts the turns in OpenTelemetry spans (OTLP over HTTP).',
    security: [{ key: ['ingest'] }],
    parameters: [requestId],
    requestBody: {
      required: true,
      content: { ...otlpContent, ...jsonContent({ type: 'object' }, { resourceSpans: [] }) },
    },
    responses: {
      200: { description: 'Accepted turns are in the log; `partialSuccess` lists the others.', content: otlpContent },
      ...Object.fromEntries(
        Object.entries({ ...refusals, ...bodyRefusals }).map(([status, refusal]) => [
          status,
          { ...refusal, content: otlpContent },
        ]),
      ),
      415: {
        description: 'The body is neither protobuf nor JSON, or its compression is not gzip.',
        content: otlpContent,
      },
    },
  },
}

/** The HTTP API of ingest in OpenAPI 3.1. Its schemas are those that validate the bodies. */
export const openapi = document(
  'Flywheel ingest',
  'Accepts chat logs, escalations and feedback of AI agents. A 2xx means that the record is in the event log.',
  {
    '/v1/chat-logs': recordsRoute('ChatLog', 'turns of conversations', chatExample),
    '/v1/conversations': conversationsRoute,
    '/v1/escalations': recordsRoute('Escalation', 'escalations to a person', { ...ids, reason: 'I want a person' }),
    '/v1/feedback': recordsRoute('Feedback', 'ratings of answers', { ...ids, rating: 'up' }),
    '/v1/traces': tracesRoute,
    '/v1/ingest/counts': { get: readRoute('readCounts', 'Accepted, duplicate and refused records.', 'Counts') },
    '/v1/ingest/hours': {
      get: readRoute('readHours', 'Acknowledged records and records in the log, by hour.', 'Hours'),
    },
    '/v1/agents': { get: readRoute('readAgents', 'All registered agents.', 'AgentsKnown') },
    '/v1/agents/{agent}': {
      get: readRoute('readAgent', 'The description of one agent.', 'AgentKnown', [agentParameter], agentNotFound),
      put: {
        operationId: 'describeAgent',
        summary: 'Registers an agent, or changes it.',
        security: [{ key: ['admin'] }],
        parameters: [agentParameter, requestId],
        requestBody: {
          required: true,
          content: jsonContent(ref('Agent'), { tools: [{ name: 'quote', description: 'Price of a security.' }] }),
        },
        responses: { 200: answer('The description is in the log.', 'Described'), ...refusals, ...bodyRefusals },
      },
      delete: {
        operationId: 'removeAgent',
        summary: 'Removes an agent: its turns are refused from then on. What is in the log stays there.',
        security: [{ key: ['admin'] }],
        parameters: [agentParameter, requestId],
        responses: { 200: answer('The removal is in the log.', 'Described'), ...agentNotFound, ...refusals },
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
