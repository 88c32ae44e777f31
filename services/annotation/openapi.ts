import type { ZodType } from 'zod'
import { documentParts, errorResponse, jsonContent, toJsonSchema } from '#runtime/http/openapi.ts'
import { agentQuery, leaseBody, reviewBody } from './bodies.ts'
import { agreementResponse, leaseResponse, queueResponse, reviewerResponse, reviewsResponse } from './responses.ts'

/** Every schema that a route names. */
const schemas = {
  Lease: leaseBody,
  Review: reviewBody,
  Leased: leaseResponse,
  Reviewed: reviewsResponse,
  Queue: queueResponse,
  Reviewer: reviewerResponse,
  Agreement: agreementResponse,
  Error: errorResponse,
} satisfies Record<string, ZodType>
type SchemaName = keyof typeof schemas

const { ref, answer, refusals, requestId, document } = documentParts<SchemaName>(schemas)
const notFound = { 404: answer('The agent is not registered, or the sample is not in the queue here.', 'Error') }

const agentParameter = { name: 'agent', in: 'query', required: true, schema: toJsonSchema(agentQuery.shape.agent) }
const example = { agent: 'desk', reviewer: 'ann' }

function getOperation(
  operationId: string,
  summary: string,
  name: SchemaName,
  scope: string,
  parameters: readonly object[],
): object {
  return {
    get: {
      ...{ operationId, summary, security: [{ key: [scope] }], parameters: [...parameters, requestId] },
      responses: { 200: answer(summary, name), ...refusals, ...notFound },
    },
  }
}

function postOperation(operationId: string, summary: string, body: object, name: SchemaName, example: object): object {
  return {
    post: {
      ...{ operationId, summary, security: [{ key: ['review'] }], parameters: [requestId] },
      requestBody: { required: true, content: jsonContent(body, example) },
      responses: {
        200: answer(summary, name),
        ...refusals,
        ...notFound,
        413: answer('Too long, or too many.', 'Error'),
        415: answer('Not JSON.', 'Error'),
      },
    },
  }
}

const documentOperation = (operationId: string, summary: string, content: object): object => ({
  get: { operationId, summary, security: [], responses: { 200: { description: summary, content } } },
})

/** The HTTP interface of annotation in OpenAPI 3.1, its schemas those that bodies are validated with. */
export const openapi = document(
  'Flywheel annotation',
  'Reviewers lease items, say what the agent should have done, and their reviews become gold answers.',
  {
    '/v1/queue/lease': postOperation(
      'leaseItems',
      'Items for one reviewer, whose leases nobody else gets before they end.',
      ref('Lease'),
      'Leased',
      { ...example, count: 2 },
    ),
    '/v1/reviews': postOperation(
      'sendReviews',
      'Reviews, all or nothing: what is accepted is in the log. Sending again changes nothing.',
      { oneOf: [ref('Review'), { type: 'array', items: ref('Review'), minItems: 1, maxItems: 1000 }] },
      'Reviewed',
      { ...example, sampleId: '0123456789abcdef0123456789abcdef', verdict: 'right' },
    ),
    '/v1/queue': getOperation('readQueue', 'How much there is to review.', 'Queue', 'review', [agentParameter]),
    '/v1/reviewer': getOperation(
      'readReviewer',
      'Who the key is, and the agents and their tools.',
      'Reviewer',
      'review',
      [],
    ),
    '/v1/agreement': getOperation(
      'readAgreement',
      'How far reviewers agree, how severe each is, and what each confuses.',
      'Agreement',
      'read',
      [agentParameter],
    ),
    '/review': documentOperation('readReviewPage', 'The page for reviewers.', {
      'text/html': { schema: { type: 'string' } },
    }),
    '/review/openapi.json': documentOperation('readInterface', 'This document.', jsonContent({ type: 'object' })),
  },
)
