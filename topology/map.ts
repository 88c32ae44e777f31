import type { Events } from '#schemas/events.ts'

/** A topic: the event it carries, the field that is its records' key, and its retention. */
export type TopicDefinition = {
  readonly event: keyof Events
  readonly key: string
  readonly partitions: number
  /** Retention in days, 'compact' to keep the newest record of each key, or 'forever'. */
  readonly keep: number | 'compact' | 'forever'
  /** Production systems may write it too, besides its one service. */
  readonly externalWriters?: true
  /** The runtime of every service that reads topics writes it, and no rule of a service. */
  readonly writtenByRuntime?: true
  /**
   * A promise to readers outside: this share of its records can be read within so many seconds after the append of the chat,
   * escalation or feedback that they follow from.
   */
  readonly freshness?: { readonly withinSeconds: number; readonly share: number }
}

/** A service: its purpose, the topics it reads and writes, its lag limit, and the port of its HTTP listener. */
export type ServiceDefinition = {
  readonly why: string
  /** Topics that its consumer group consumes, in the order of each key. */
  readonly reads: readonly string[]
  /** Topics that every instance reads completely, without a consumer group, and keeps a view of. */
  readonly follows: readonly string[]
  readonly writes: readonly string[]
  /** It has state, kept in a compacted changelog topic. */
  readonly stateful: boolean
  /** Its output is, or selects, data that models are trained on: a record that it skips or decides twice makes them worse. */
  readonly trainsModels?: true
  readonly maxLagSeconds: number
  /** How long gathering the facts of one record may take; a minute where it is absent. */
  readonly gatherSeconds?: number
  /** Added to the base port. */
  readonly port: number
}

/**
 * Production traffic is spread by conversation. After sampling the volume is limited by budgets, so one partition can hold
 * all records of an agent.
 */
const byConversation = { key: 'conversationId', partitions: 6 } as const
const byAgent = { key: 'agent', partitions: 3 } as const

export const topics = {
  agents: { event: 'AgentDescribed', key: 'agent', partitions: 1, keep: 'compact' },
  'chat-logs': { event: 'ChatLogged', ...byConversation, keep: 30, externalWriters: true },
  escalations: { event: 'ChatEscalated', ...byConversation, keep: 30, externalWriters: true },
  feedback: { event: 'FeedbackGiven', ...byConversation, keep: 30, externalWriters: true },
  'selected-samples': { event: 'SampleSelected', ...byAgent, keep: 90 },
  'traffic-counts': { event: 'TrafficCounted', ...byAgent, keep: 365 },
  'emerging-intents': { event: 'IntentEmerged', ...byAgent, keep: 365 },
  reviews: { event: 'SampleReviewed', ...byAgent, keep: 'forever' },
  'gold-answers': { event: 'GoldAnswered', ...byAgent, keep: 'forever' },
  'synthetic-samples': { event: 'SampleWidened', ...byAgent, keep: 'forever' },
  'scored-samples': {
    ...{ event: 'SampleScored', ...byAgent, keep: 365 },
    freshness: { withinSeconds: 180, share: 0.99 },
  },
  'judge-examinations': { event: 'JudgeExamined', ...byAgent, keep: 'forever' },
  datasets: { event: 'DatasetDecided', ...byAgent, keep: 'forever' },
  'tuning-requests': { event: 'TuningDecided', ...byAgent, keep: 'forever' },
  'tuned-prompts': { event: 'PromptTuned', ...byAgent, keep: 'forever' },
  'golden-trajectories': { event: 'TrajectoriesProven', ...byAgent, keep: 'forever' },
  'trained-models': { event: 'ModelTrained', ...byAgent, keep: 'forever' },
  evaluations: { event: 'CandidateEvaluated', ...byAgent, keep: 'forever' },
  'rollback-requests': { event: 'RollbackRequested', ...byAgent, keep: 'forever' },
  releases: { event: 'ReleaseDecided', ...byAgent, keep: 'forever' },
  'lost-positions': { event: 'PositionLost', key: 'service', partitions: 1, keep: 365, writtenByRuntime: true },
} as const satisfies Record<string, TopicDefinition>

/** In the order in which a turn passes through them. */
export const services = {
  ingest: {
    why: 'Takes chat logs, escalations and feedback in, and acknowledges only what is durable.',
    reads: [],
    follows: ['chat-logs', 'escalations', 'feedback', 'agents'],
    writes: ['agents', 'chat-logs', 'escalations', 'feedback'],
    stateful: false,
    maxLagSeconds: 5,
    port: 1,
  },
  sampler: {
    why: 'Picks the turns that teach most, each with a known inclusion probability.',
    reads: ['chat-logs', 'escalations', 'feedback'],
    follows: ['agents'],
    writes: ['selected-samples', 'traffic-counts', 'emerging-intents'],
    stateful: true,
    trainsModels: true,
    maxLagSeconds: 60,
    port: 2,
  },
  annotation: {
    why: 'Queues samples for reviewers and turns their reviews into one gold answer.',
    reads: ['selected-samples', 'scored-samples', 'reviews'],
    follows: ['agents'],
    writes: ['reviews', 'gold-answers'],
    stateful: true,
    trainsModels: true,
    maxLagSeconds: 60,
    port: 3,
  },
  judge: {
    why: 'Scores plans: against gold where there is gold, from outcome signals where there is none.',
    reads: ['selected-samples', 'gold-answers', 'synthetic-samples'],
    follows: ['agents'],
    writes: ['scored-samples', 'judge-examinations'],
    stateful: true,
    trainsModels: true,
    maxLagSeconds: 120,
    gatherSeconds: 7200,
    port: 4,
  },
  'self-play': {
    why: 'Widens each gold answer by variants that keep its meaning.',
    reads: ['gold-answers'],
    follows: ['agents'],
    writes: ['synthetic-samples'],
    stateful: true,
    trainsModels: true,
    maxLagSeconds: 300,
    port: 5,
  },
  curator: {
    why: 'Decides when there is enough for a dataset, and builds it: stratified, clustered, free of leaks.',
    reads: ['gold-answers', 'synthetic-samples', 'scored-samples'],
    follows: ['agents'],
    writes: ['datasets'],
    stateful: true,
    trainsModels: true,
    maxLagSeconds: 300,
    port: 6,
  },
  strategist: {
    why: 'Decides which rung of the ladder to try on a dataset, and says why not the others.',
    reads: ['datasets', 'releases'],
    follows: ['agents'],
    writes: ['tuning-requests'],
    stateful: true,
    maxLagSeconds: 60,
    port: 7,
  },
  'prompt-tuner': {
    why: 'Searches for the prompt that plans best.',
    reads: ['tuning-requests'],
    follows: ['agents'],
    writes: ['tuned-prompts'],
    stateful: false,
    maxLagSeconds: 3600,
    gatherSeconds: 14_400,
    port: 8,
  },
  trajectory: {
    why: 'Keeps the golden examples that make the agent reach gold when shown to it.',
    reads: ['tuning-requests'],
    follows: ['agents'],
    writes: ['golden-trajectories'],
    stateful: false,
    maxLagSeconds: 3600,
    gatherSeconds: 14_400,
    port: 9,
  },
  trainer: {
    why: 'Trains one LoRA adapter per request.',
    reads: ['tuning-requests'],
    follows: ['agents'],
    writes: ['trained-models'],
    stateful: false,
    maxLagSeconds: 14_400,
    gatherSeconds: 86_400,
    port: 10,
  },
  evaluator: {
    why: 'Runs candidate and baseline on the same frozen evaluation set.',
    reads: ['tuned-prompts', 'golden-trajectories', 'trained-models'],
    follows: ['agents'],
    writes: ['evaluations'],
    stateful: false,
    maxLagSeconds: 3600,
    gatherSeconds: 14_400,
    port: 11,
  },
  promoter: {
    why: 'Releases a candidate only when the evidence says it is better; rolls back on request.',
    reads: ['evaluations', 'rollback-requests'],
    follows: ['agents', 'releases'],
    writes: ['rollback-requests', 'releases'],
    stateful: true,
    maxLagSeconds: 60,
    port: 12,
  },
  gateway: {
    why: 'Serves the released planner and logs each turn through ingest.',
    reads: [],
    follows: ['agents', 'releases'],
    writes: [],
    stateful: false,
    maxLagSeconds: 5,
    port: 13,
  },
  console: {
    why: 'Shows the wheel: lag, quality, candidates and releases.',
    reads: [],
    follows: [
      'agents',
      'traffic-counts',
      'emerging-intents',
      'scored-samples',
      'judge-examinations',
      'datasets',
      'evaluations',
      'releases',
      'lost-positions',
    ],
    writes: [],
    stateful: false,
    maxLagSeconds: 5,
    port: 0,
  },
} as const satisfies Record<string, ServiceDefinition>
