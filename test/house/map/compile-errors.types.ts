/**
 * What must not compile. `tsc` reads this file and nothing runs it: each `@ts-expect-error` fails the check on the day that
 * its line compiles.
 */
import type { Decision, FollowedEvent, HttpApiContext, Service } from '#runtime/service.ts'
import type { SampleScored } from '#schemas/events.ts'
import { topic } from '#topology/topic-names.ts'
import type { EventOf, Inbound, Outbound, Writes } from '#topology/types.ts'

declare const scored: Omit<SampleScored, 'id' | 'parents' | 'at'>
declare const gold: Extract<Outbound<'annotation'>, { topic: typeof topic.goldAnswers }>
declare const dataset: Outbound<'curator'>['event']

// A service writes only the topics that the map gives it.
export const allowed: Outbound<'judge'> = { topic: topic.scoredSamples, event: scored }
// @ts-expect-error the judge cannot write gold answers
export const wrongTopic: Outbound<'judge'> = gold
// @ts-expect-error nor an event of another topic to its own
export const wrongEvent: Outbound<'judge'> = { topic: topic.scoredSamples, event: dataset }
// @ts-expect-error the console writes nothing
export const noTopic: Writes<'console'> = topic.releases

// An event has all its fields and no others; the runtime fills in its envelope.
const { agent: _agent, ...incomplete } = dataset
// @ts-expect-error the curator cannot leave a field out
export const missing: Outbound<'curator'> = { topic: topic.datasets, event: incomplete }
// @ts-expect-error nor add one
export const added: Outbound<'judge'> = { topic: topic.scoredSamples, event: { ...scored, colour: 'red' } }
// @ts-expect-error the id of an event is derived
export const withId: Outbound<'judge'> = { topic: topic.scoredSamples, event: { ...scored, id: 'mine' } }
export const decision: Decision<'judge'> = {
  // @ts-expect-error a decision holds only what its service may write
  emit: [gold],
}

// Topic names are the map's.
// @ts-expect-error a misspelt topic
export const misspelt = topic.goldAnswer
// @ts-expect-error a topic that the map does not have
export type UnknownTopic = EventOf<'gold-answer'>
// @ts-expect-error a service that the map does not have
export type UnknownService = Inbound<'jury'>

// A service consumes only the topics that the map gives it; the topic says which event it is.
export function narrowed(inbound: Inbound<'judge'>): string {
  switch (inbound.topic) {
    case topic.goldAnswers:
      // @ts-expect-error a gold answer has no arms, a selected sample has
      return String(inbound.event.arms)
    case topic.selectedSamples:
      return String(inbound.event.arms)
    case topic.syntheticSamples:
      return inbound.event.id
    // @ts-expect-error the judge does not read datasets
    case topic.datasets:
      return ''
  }
  inbound satisfies never
}

// A service is bound to its name: rules, views and appends of another service are of another type.
declare const curator: Service<'curator'>
// @ts-expect-error another service's rule
export const judge: Service<'judge'> = curator
// @ts-expect-error the gateway does not follow scored samples
export const followed: FollowedEvent<'gateway'>['topic'] = topic.scoredSamples
// @ts-expect-error the gateway appends nothing: it reports turns through ingest
export const append = (context: HttpApiContext<'gateway'>) => context.append(topic.chatLogs, [])
