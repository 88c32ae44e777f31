import type { ZodType } from 'zod'
import { documentParts, errorResponse, jsonContent, toJsonSchema } from '#runtime/http/openapi.ts'
import { agentQuery, checkBody, giveBackBody, leaseBody, promptQuery, reviewBody } from './bodies.ts'
import {
  agreementResponse,
  checkResponse,
  giveBackResponse,
  leaseResponse,
  promptResponse,
  queueResponse,
  reviewerResponse,
  reviewsResponse,
} from './responses.ts'

/** Every schema that a route names. */
const schemas = {
  Lease: leaseBody,
  Review: reviewBody,
  Leased: leaseResponse,
  GiveBack: giveBackBody,
  GivenBack: giveBackResponse,
  Reviewed: reviewsResponse,
  Check: checkBody,
  Checked: checkResponse,
  Prompt: promptResponse,
  Queue: queueResponse,
  Reviewer: reviewerResponse,
  Agreement: agreementResponse,
  Error: errorResponse,
} satisfies Record<string, ZodType>
type SchemaName = keyof typeof schemas

const { ref, answer, refusals, requestId, document } = documentParts<SchemaName>(schemas)
const notFound = { 404: answer('The agent is not registered, or the sample is not in the queue here.', 'Error') }

const agentParameter = { name: 'agent', in: 'query', required: true, schema: toJsonSchema(agentQuery.shape.agent) }
const sampleParameter = {
  ...{ name: 'sampleId', in: 'query', required: true, schema: toJsonSchema(promptQuery.shape.sampleId) },
}
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
        413: answer('The body is too large, or there are too many reviews.', 'Error'),
        415: answer('The body is not JSON.', 'Error'),
      },
    },
  }
}

const documentOperation = (operationId: string, summary: string, content: object): object => ({
  get: { operationId, summary, security: [], responses: { 200: { description: summary, content } } },
})

/** The HTTP interface of annotation in OpenAPI 3.1, with the schemas that bodies are validated with. */
export const openapi = document(
  'Flywheel annotation',
  'Reviewers lease items and write what the agent should have done. Their reviews become gold answers.',
  {
    '/v1/queue/lease': postOperation(
      'leaseItems',
      'Leases items to one reviewer. No other reviewer gets them before the lease ends.',
      ref('Lease'),
      'Leased',
      { ...example, count: 2 },
    ),
    '/v1/queue/give-back': postOperation(
      'giveBackItems',
      'Ends leases of one reviewer, so that others get the items at once.',
      ref('GiveBack'),
      'GivenBack',
      { ...example, sampleIds: ['0123456789abcdef0123456789abcdef'] },
    ),
    '/v1/reviews': postOperation(
      'sendReviews',
      'Sends reviews, all or none of them. Accepted reviews are in the log. Sending a review again changes nothing.',
      { oneOf: [ref('Review'), { type: 'array', items: ref('Review'), minItems: 1, maxItems: 1000 }] },
      'Reviewed',
      { ...example, sampleId: '0123456789abcdef0123456789abcdef', verdict: 'right' },
    ),
    '/v1/reviews/check': postOperation(
      'checkCalls',
      'Checks calls against the catalogue and the schemas of their tools, as a review is checked. Nothing is kept.',
      ref('Check'),
      'Checked',
      { agent: 'desk', calls: [{ tool: 'quote', arguments: '{"ticker":"AAPL"}' }] },
    ),
    '/v1/queue/prompt': getOperation(
      'readPrompt',
      'The system prompt of the turn of an open item.',
      'Prompt',
      'review',
      [agentParameter, sampleParameter],
    ),
    '/v1/queue': getOperation('readQueue', 'The number of items to review.', 'Queue', 'review', [agentParameter]),
    '/v1/reviewer': getOperation(
      'readReviewer',
      'The reviewer that the key stands for, its roles, and the agents with their tools.',
      'Reviewer',
      'review',
      [],
    ),
    '/v1/agreement': getOperation(
      'readAgreement',
      'Agreement of reviewers, and the severity, accuracy and confusion of each.',
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
