import { digest } from '#runtime/core/identity.ts'

/** The criteria a language model judges by. They are data, so that a prompt search can replace them. */
export type Rubric = { readonly name: string; readonly text: string }

/** The version in every score: with a digest, since a changed text under the same name is another version. */
export const rubricVersion = ({ name, text }: Rubric): string => `${name}-${digest(text).slice(0, 8)}`

export const rubric: Rubric = {
  name: 'rubric/v1',
  text: `You judge one decision of a support agent: for a customer's question its plan is a list of calls of tools, or empty where it answers without a tool.

toolCorrect: true when the plan's tools serve what the customer wants, or when none is needed and none is called; false when other tools of the catalogue, or none, serve it better; null when conversation and catalogue do not tell.

score:
- 1: the right calls, with arguments that keep every amount, date, name and condition of the conversation.
- 0.7: the right tools, but the arguments lose or change some of that.
- 0.3: a tool for something close to what the customer wants.
- 0: any other tool.
Values between them are allowed.

The outcome (handed to a person, rating, asked again) is weak evidence: it decides only where question and plan leave doubt. How long, polite or sure of itself a text is does not count.

reason: the fact that decides, in at most 20 words.`,
}
