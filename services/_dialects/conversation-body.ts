import { z } from 'zod'
import { strictObject } from '#runtime/core/strict-object.ts'
import { agentName, label } from './body-fields.ts'
import { dialectNames } from './conversations/dialects.ts'

const given = z.unknown().optional()

/**
 * A conversation as HTTP takes it: whose it is, and the messages as a request of a model API has them, with the answer beside
 * it. `conversations/conversation.ts` reads the messages.
 */
export const conversationBody = strictObject({
  agent: agentName,
  conversationId: label,
  userId: label.nullish(),
  source: label.nullish(),
  format: z.enum(dialectNames).nullish().describe('The dialect of the messages; recognised where it is not given.'),
  messages: given,
  contents: given,
  conversations: given,
  input: given,
  output: given,
  choices: given,
  candidates: given,
  system: given,
  instructions: given,
  systemInstruction: given,
  tools: given.describe('Taken with a request and not read: PUT /v1/agents/AGENT describes the tools.'),
})

export type ConversationBody = z.infer<typeof conversationBody>
