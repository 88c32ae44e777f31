// Generated from the .avsc files by `npm run generate`. Do not edit.

export type Tool = {
  /** What a plan names. */
  readonly name: string
  /** What the planner is told. */
  readonly description: string
  /** JSON Schema of the argument, as text; null for one free-text query. */
  readonly argumentSchema: string | null
}

export type AgentStage = {
  /** As the steps of its turns name it. */
  readonly name: string
  /** Its system prompt; null if not given. */
  readonly prompt: string | null
  /** The language model that it calls; null if not given. */
  readonly model: string | null
}

/** Shares of the picks, 0 to 1; the uncertain arm has what they leave, escalated turns come before all. */
export type ArmShares = {
  /** Thumbs down, repeated asks, slow answers. */
  readonly impact: number
  /** What is unlike earlier picks. */
  readonly underrepresented: number
  /** Chance alone, at least .01: the anchor of unbiased estimates. */
  readonly random: number
}

export type Budgets = {
  /** Share of turns to select for review, 0 to 1; escalated turns come first. */
  readonly sampleShare: number
  /** Reviews needed for one gold answer. */
  readonly reviewersPerItem: number
  /** Share of items, 0 to 1, that need one review more, so that reviewers can be compared. Chosen by the sample's id. */
  readonly overlapShare: number
  /** New gold answers that trigger a dataset. */
  readonly newGoldForDataset: number
  /** Share of families kept for evaluation, 0 to 1. */
  readonly evaluationShare: number
  /** Largest synthetic share of a training stratum, 0 to 1. */
  readonly syntheticShare: number
  /** How the arms of sampling divide the share. */
  readonly arms: ArmShares
}

export type Targets = {
  /** Tool accuracy from which no further rung of the ladder is tried, 0 to 1. */
  readonly accuracy: number
  /** Non-inferiority margin overall, a difference of accuracies. */
  readonly margin: number
  /** Non-inferiority margin in each stratum with at least 30 rows. */
  readonly stratumMargin: number
}

export type Sampling = 'active' | 'random'

/** An agent was registered, changed or removed: its tool catalogue, budgets and targets. */
export type AgentDescribed = {
  /** Identity of this event, derived from what caused it: a replay gives the same one. */
  readonly id: string
  /** Ids of the events this one follows from. */
  readonly parents: readonly string[]
  /** When the fact became true, not when it was processed. */
  readonly at: number
  /** The agent this concerns. Agents never mix. */
  readonly agent: string
  /** For people. */
  readonly name: string
  /** The tool catalogue. */
  readonly tools: readonly Tool[]
  /** The stages of the agent: the models that it calls. */
  readonly stages: readonly AgentStage[]
  /** What may be spent. */
  readonly budgets: Budgets
  /** What is aimed at. */
  readonly targets: Targets
  /** How turns are chosen: by all arms, or by the random arm alone (a control). */
  readonly sampling: Sampling
  /** The agent is no longer registered: its turns are refused. The other fields are as before. */
  readonly removed: boolean
}

export type Rung = 'prompt' | 'trajectory' | 'lora'

export type Stratum = {
  /** The gold tool. */
  readonly name: string
  /** Paired rows in it. */
  readonly rows: number
  /** Right only with the candidate. */
  readonly gained: number
  /** Right only with the baseline. */
  readonly lost: number
}

/** The candidate against the plans that an agent's own planner made, as they were logged. */
export type ProductionComparison = {
  /** Paired rows: those that the agent's own planner planned. */
  readonly rows: number
  /** Kish's effective sample size of these rows. */
  readonly effectiveRows: number
  /** Hajek estimate, of the candidate on these rows. */
  readonly candidateAccuracy: number
  /** Hajek estimate, of what production did on these rows. */
  readonly accuracy: number
  /** Candidate minus production accuracy, reweighted by inclusion probability. */
  readonly difference: number
  /** Lower end of its 95% interval. */
  readonly lower: number
  /** Upper end of its 95% interval. */
  readonly upper: number
  /** Rows right only with the candidate. */
  readonly gained: number
  /** Rows right only in production. */
  readonly lost: number
  /** Median time that production took for these steps in milliseconds; null where none is logged. */
  readonly latencyMs: number | null
  /** Per gold tool. */
  readonly strata: readonly Stratum[]
}

/** Candidate and baseline ran on the same frozen evaluation set. */
export type CandidateEvaluated = {
  /** Identity of this event, derived from what caused it: a replay gives the same one. */
  readonly id: string
  /** Ids of the events this one follows from. */
  readonly parents: readonly string[]
  /** When the fact became true, not when it was processed. */
  readonly at: number
  /** The agent this concerns. Agents never mix. */
  readonly agent: string
  /** Id of the TuningDecided event. */
  readonly requestId: string
  /** Version of the dataset. */
  readonly datasetVersion: number
  /** The rung that made the candidate. */
  readonly rung: Rung
  /** SHA-256 of the evaluation set. */
  readonly evaluation: string
  /** SHA-256 of the candidate planner manifest. */
  readonly candidate: string
  /** SHA-256 of the baseline planner manifest. */
  readonly baseline: string
  /** Paired rows. */
  readonly rows: number
  /** Kish's effective sample size: rows of a plain sample that would say as much; fewer than rows where inclusion probabilities differ. */
  readonly effectiveRows: number
  /** Share of production turns with the right tool: Hajek estimate, each row weighted by the inverse of its inclusion probability. */
  readonly candidateAccuracy: number
  /** Share of production turns with the right tool: Hajek estimate, each row weighted by the inverse of its inclusion probability. */
  readonly baselineAccuracy: number
  /** Mean over tools of F1. */
  readonly candidateMacroF1: number
  /** Mean over tools of F1. */
  readonly baselineMacroF1: number
  /** Candidate minus baseline accuracy, reweighted by inclusion probability. */
  readonly difference: number
  /** Lower end of its 95% interval. */
  readonly lower: number
  /** Upper end of its 95% interval. */
  readonly upper: number
  /** Rows right only with the candidate. */
  readonly gained: number
  /** Rows right only with the baseline. */
  readonly lost: number
  /** Median time of a plan in milliseconds. */
  readonly candidateLatencyMs: number
  /** Median time of a plan in milliseconds. */
  readonly baselineLatencyMs: number
  /** Per gold tool. */
  readonly strata: readonly Stratum[]
  /** Effective rows whose turn a planner of this system answered in production. Without them, a baseline that was never released is not what production does. */
  readonly servedEffectiveRows: number
  /** Against the agent's own planner; null where it planned none of the rows. */
  readonly production: ProductionComparison | null
  /** SHA-256 of the paired rows. */
  readonly results: string
}

export type Redaction = {
  /** What was replaced: email, phone, card and so on; never the value. */
  readonly kind: string
  /** How often. */
  readonly count: number
}

/** A customer was handed to a person. */
export type ChatEscalated = {
  /** Identity of this event, derived from what caused it: a replay gives the same one. */
  readonly id: string
  /** Ids of the events this one follows from. */
  readonly parents: readonly string[]
  /** When the fact became true, not when it was processed. */
  readonly at: number
  /** The agent this concerns. Agents never mix. */
  readonly agent: string
  /** The conversation. */
  readonly conversationId: string
  /** The turn that led to it; null means the last one before it. */
  readonly turnId: string | null
  /** Why, in a word or a sentence. */
  readonly reason: string
  /** What ingest replaced in this event by pseudonyms; empty where it found nothing, and in records that did not come through ingest. */
  readonly redactions: readonly Redaction[]
}

export type MessageRole = 'user' | 'assistant' | 'tool'

/** One call of a tool or of another agent. */
export type Call = {
  /** As the agent's own log names it; results refer to it. null where it has none. */
  readonly id: string | null
  /** The tool or downstream agent. */
  readonly tool: string
  /** As the planner wrote them: JSON text, or the query itself of a tool without a schema. */
  readonly arguments: string
}

/** A message of a conversation. */
export type Message = {
  /** Who wrote it. */
  readonly role: MessageRole
  /** Its text parts, joined; a message without text has [image], [audio] or [file]. */
  readonly text: string
  /** What an assistant called beside the text. */
  readonly calls: readonly Call[]
  /** The call that a tool's message answers; null for other roles and where it is not known. */
  readonly callId: string | null
}

/** What a tool answered. */
export type CallResult = {
  /** The call it answers; null where it is not known. */
  readonly callId: string | null
  /** The result as the agent saw it. */
  readonly text: string
  /** Whether the tool reported an error; null where the log does not say. */
  readonly isError: boolean | null
}

export type CallProblemKind = 'unknownTool' | 'notJson' | 'schema'

/** What ingest found wrong with a call, against the tool catalogue of that time. */
export type CallProblem = {
  /** Position of the call in calls, from 0. */
  readonly call: number
  /** The tool is not in the catalogue, the arguments are no JSON, or they break the tool's schema. */
  readonly kind: CallProblemKind
  /** JSON Pointer of the value in the arguments; empty for the whole. */
  readonly path: string
  /** What is wrong, in words. */
  readonly problem: string
}

/** One call of a stage of the agent: of its planner, or of another model. */
export type Step = {
  /** Name of the stage; planner where the agent has one. */
  readonly stage: string
  /** Empty: it answered itself. */
  readonly calls: readonly Call[]
  /** What the calls returned, in the order of the log. */
  readonly results: readonly CallResult[]
  /** What is wrong with the calls; empty where nothing is, and in records that did not come through ingest. At most 20. */
  readonly problems: readonly CallProblem[]
  /** What it wrote beside or instead of calls; null if nothing. */
  readonly text: string | null
  /** The language model; null where none or unknown. */
  readonly model: string | null
  /** Time it took in milliseconds; null if not logged. */
  readonly latencyMs: number | null
  /** Tokens read; null if not logged. */
  readonly inputTokens: number | null
  /** Tokens written; null if not logged. */
  readonly outputTokens: number | null
  /** Of the tokens read, those from a cache; null if not logged. */
  readonly cachedTokens: number | null
}

/** What the agent decided to do at a step. */
export type Plan = {
  /** Empty: it answered itself, which is a plan too. */
  readonly calls: readonly Call[]
  /** Probability the planner gave the first call's tool, 0 to 1; null where the planner states none. */
  readonly confidence: number | null
  /** Probability of that tool minus that of the runner-up, 0 to 1; null where unknown. */
  readonly margin: number | null
  /** SHA-256 of the planner manifest that planned; null for foreign planners. */
  readonly planner: string | null
  /** The language model that planned; null where none or unknown. */
  readonly model: string | null
}

/** One turn of a conversation between a customer and the agent: from a message of the customer to the agent's final answer. */
export type ChatLogged = {
  /** Identity of this event, derived from what caused it: a replay gives the same one. */
  readonly id: string
  /** Ids of the events this one follows from. */
  readonly parents: readonly string[]
  /** When the fact became true, not when it was processed. */
  readonly at: number
  /** The agent this concerns. Agents never mix. */
  readonly agent: string
  /** The conversation; records of one conversation keep their order. */
  readonly conversationId: string
  /** Position in the conversation, from 0. */
  readonly turn: number
  /** Pseudonym of the customer; null if unknown. */
  readonly userId: string | null
  /** The customer's message, redacted: its text parts joined; a message without text has [image], [audio] or [file]. */
  readonly question: string
  /** The messages before the customer's turn, oldest first; empty for the first. At most 64 KiB, the newest kept. */
  readonly earlier: readonly Message[]
  /** How many messages before those of earlier were left out. */
  readonly earlierCut: number
  /** SHA-256 of the system prompt in the object store; null where unknown. */
  readonly prompt: string | null
  /** What the agent did, in order. Agents that plan once have one step. */
  readonly steps: readonly Step[]
  /** The decision of the first step of its planner. */
  readonly plan: Plan
  /** What the agent answered, redacted; null if not logged. */
  readonly answer: string | null
  /** Time to answer in milliseconds; null if not logged. */
  readonly latencyMs: number | null
  /** Where it came from: gateway, http, import, or the name of a system that writes directly. */
  readonly source: string
  /** What ingest replaced in this event by pseudonyms; empty where it found nothing, and in records that did not come through ingest. */
  readonly redactions: readonly Redaction[]
}

export type DatasetOutcome = 'curated' | 'waiting'

/** The curator built a dataset, or says why not yet. */
export type DatasetDecided = {
  /** Identity of this event, derived from what caused it: a replay gives the same one. */
  readonly id: string
  /** Ids of the events this one follows from. */
  readonly parents: readonly string[]
  /** When the fact became true, not when it was processed. */
  readonly at: number
  /** The agent this concerns. Agents never mix. */
  readonly agent: string
  /** waiting: the trigger did not fire; reasons say why. */
  readonly outcome: DatasetOutcome
  /** Why it fired, or did not. */
  readonly reasons: readonly string[]
  /** 1, 2, 3 … for each agent; of the newest dataset where waiting. */
  readonly version: number
  /** SHA-256 of the dataset object; null where waiting. */
  readonly dataset: string | null
  /** SHA-256 of the frozen evaluation set; null where waiting. */
  readonly evaluation: string | null
  /** Gold rows known. */
  readonly gold: number
  /** Rows to train on, synthetic ones included. */
  readonly trainingRows: number
  /** Of those, synthetic. */
  readonly syntheticRows: number
  /** Rows of the evaluation set. */
  readonly evaluationRows: number
  /** Families in it. */
  readonly families: number
  /** Training rows dropped as near-duplicates of evaluation rows. */
  readonly refusedLeaks: number
}

/** What a service saw beside a record when it decided: enough to replay the decision offline. It lies in the partition number of the input, in the order in which records were decided. */
export type DecisionRecorded = {
  /** Derived from the service and the input. */
  readonly id: string
  /** Who decided. */
  readonly service: string
  /** Topic in which the input lies; that of its retries where it was re-driven. */
  readonly topic: string
  /** Partition of the input. */
  readonly partition: number
  /** Offset of the input. */
  readonly offset: number
  /** Id of the input event. */
  readonly inputId: string
  /** What gather brought, as JSON; the SHA-256 of it in the object store where it is large; null where it brought nothing. */
  readonly facts: string | null
  /** True where facts holds a SHA-256. */
  readonly large: boolean
  /** Ids of the events that followed. */
  readonly outputs: readonly string[]
  /** How many keys the service remembered in this partition when it decided: a replay can begin where it is 0. Records from before this field have -1: they lie in any partition, and cannot be replayed. */
  readonly remembered: number
}

export type Rating = 'up' | 'down'

/** A customer rated a turn. */
export type FeedbackGiven = {
  /** Identity of this event, derived from what caused it: a replay gives the same one. */
  readonly id: string
  /** Ids of the events this one follows from. */
  readonly parents: readonly string[]
  /** When the fact became true, not when it was processed. */
  readonly at: number
  /** The agent this concerns. Agents never mix. */
  readonly agent: string
  /** The conversation. */
  readonly conversationId: string
  /** The rated turn; null means the last one before it. */
  readonly turnId: string | null
  /** Thumb. */
  readonly rating: Rating
  /** Free text, redacted; null if none. */
  readonly comment: string | null
  /** What ingest replaced in this event by pseudonyms; empty where it found nothing, and in records that did not come through ingest. */
  readonly redactions: readonly Redaction[]
}

export type GoldOutcome = 'agreed' | 'undecided'

export type Verdict = 'right' | 'wrong' | 'unclear'

/** Reviews agreed on the right plan for a sample, or could not. */
export type GoldAnswered = {
  /** Identity of this event, derived from what caused it: a replay gives the same one. */
  readonly id: string
  /** Ids of the events this one follows from. */
  readonly parents: readonly string[]
  /** When the fact became true, not when it was processed. */
  readonly at: number
  /** The agent this concerns. Agents never mix. */
  readonly agent: string
  /** Id of the SampleSelected event. */
  readonly sampleId: string
  /** The conversation the turn belongs to. */
  readonly conversationId: string
  /** Id of the ChatLogged event of the turn. */
  readonly turnId: string
  /** Which step of the turn, from 0. */
  readonly step: number
  /** Kinship, see SampleSelected. */
  readonly family: string
  /** The customer's turn, redacted. */
  readonly question: string
  /** The messages before the customer's turn, oldest first; empty for the first. At most 64 KiB, the newest kept. */
  readonly earlier: readonly Message[]
  /** How many messages before those of earlier were left out. */
  readonly earlierCut: number
  /** SHA-256 of the system prompt in the object store; null where unknown. */
  readonly prompt: string | null
  /** The steps before it, which reviewers confirmed. */
  readonly steps: readonly Step[]
  /** What the agent had decided at that step. */
  readonly plan: Plan
  /** undecided: the adjudicator could not tell either; then calls is null. */
  readonly outcome: GoldOutcome
  /** Whether the agent was right, by most of those who named the tool; unclear where undecided. null in events from before it was recorded. */
  readonly verdict: Verdict | null
  /** The right calls; empty: to answer without a tool is right; null where undecided. */
  readonly calls: readonly Call[] | null
  /** The right answer; null if none was written. */
  readonly answer: string | null
  /** What reviewers wrote for colleagues, in the order of the reviews. */
  readonly notes: readonly string[]
  /** Who reviewed, the adjudicator included. */
  readonly reviewers: readonly string[]
  /** Share of reviews, the adjudicator's aside, for the winning tool, 0 to 1. */
  readonly agreement: number
  /** Who settled what reviewers disagreed on; null where nobody had to. */
  readonly adjudicator: string | null
  /** Probability of the tool, 0 to 1, where three or more reviews were weighed by their reviewers' confusions (Dawid and Skene); null elsewhere. */
  readonly confidence: number | null
  /** Mean verdict of the reviews, right 1 and wrong 0, each corrected by its reviewer's severity as known then, kept within 0 to 1; null where nobody could tell. */
  readonly score: number | null
  /** Of the sample, see SampleSelected. */
  readonly inclusionProbability: number
  /** Whether a late outcome selected the sample, see SampleSelected; null in events from before it was recorded. */
  readonly correction: boolean | null
  /** Time that the agent took for the step in milliseconds; null if not logged. */
  readonly latencyMs: number | null
}

export type AskedTurn = {
  /** Id of its ChatLogged event. */
  readonly turnId: string
  /** The customer's turn, redacted. */
  readonly question: string
}

/** Customers ask something more and more often that no tool fits: somebody should look. */
export type IntentEmerged = {
  /** Identity of this event, derived from what caused it: a replay gives the same one. */
  readonly id: string
  /** Ids of the events this one follows from. */
  readonly parents: readonly string[]
  /** When the fact became true, not when it was processed. */
  readonly at: number
  /** The agent this concerns. Agents never mix. */
  readonly agent: string
  /** The question that the others resemble most. */
  readonly question: string
  /** Some that resemble it, the most similar first. */
  readonly examples: readonly AskedTurn[]
  /** Tools planned for them, the most frequent first. */
  readonly tools: readonly string[]
  /** Similar turns without a fitting tool among the newest 1,000 of a partition. */
  readonly recent: number
  /** The same among up to 3,000 turns before those. */
  readonly before: number
}

export type ExaminationOutcome = 'released' | 'quarantined'

export type BiasProbeName = 'length' | 'order' | 'family'

/** What moves the score beyond what gold says. */
export type BiasProbe = {
  /** length: the longer half of the answers; order: plans shown in the first half; family: planners of the judge's own model family. */
  readonly probe: BiasProbeName
  /** Mean score of those minus that of the others, at equal gold. */
  readonly effect: number
  /** Of the effect. */
  readonly standardError: number
  /** Gold rows that could tell. */
  readonly rows: number
}

/** Gold released a version of the judge for use, or put it in quarantine. Every version begins in quarantine. */
export type JudgeExamined = {
  /** Identity of this event, derived from what caused it: a replay gives the same one. */
  readonly id: string
  /** Ids of the events this one follows from. */
  readonly parents: readonly string[]
  /** When the fact became true, not when it was processed. */
  readonly at: number
  /** The agent this concerns. Agents never mix. */
  readonly agent: string
  /** Version of the instrument, as in SampleScored. */
  readonly judge: string
  /** As in SampleScored. */
  readonly rubric: string | null
  /** As in SampleScored. */
  readonly prompt: string | null
  /** As in SampleScored. */
  readonly model: string | null
  /** released: scores of this version are trusted from here on; quarantined: they are not. */
  readonly outcome: ExaminationOutcome
  /** Why, with figures. */
  readonly reasons: readonly string[]
  /** Gold rows that it was held against: the newest 200 at most. */
  readonly rows: number
  /** Area under the ROC curve: chance that a right plan scores above a wrong one; null where a kind is missing. */
  readonly area: number | null
  /** Agreement with gold beyond chance (Cohen), where a score of .5 or more says right. */
  readonly kappa: number | null
  /** Share of the right plans that it calls right. */
  readonly truePositiveRate: number | null
  /** Share of the wrong plans that it calls wrong. */
  readonly trueNegativeRate: number | null
  /** Expected calibration error, 0 to 1, in ten bins. */
  readonly calibrationError: number | null
  /** The probes that these rows could answer. */
  readonly probes: readonly BiasProbe[]
}

/** A LoRA adapter was trained. */
export type ModelTrained = {
  /** Identity of this event, derived from what caused it: a replay gives the same one. */
  readonly id: string
  /** Ids of the events this one follows from. */
  readonly parents: readonly string[]
  /** When the fact became true, not when it was processed. */
  readonly at: number
  /** The agent this concerns. Agents never mix. */
  readonly agent: string
  /** Id of the TuningDecided event. */
  readonly requestId: string
  /** Version of the dataset. */
  readonly datasetVersion: number
  /** SHA-256 of the evaluation set. */
  readonly evaluation: string
  /** SHA-256 of the baseline planner. */
  readonly baseline: string
  /** SHA-256 of the candidate planner manifest. */
  readonly candidate: string
  /** SHA-256 of the adapter, a safetensors file. */
  readonly adapter: string
  /** LoRA rank. */
  readonly rank: number
  /** Parameters trained. */
  readonly trainableParameters: number
  /** Parameters of the whole planner. */
  readonly totalParameters: number
  /** Of the chosen try, on validation families inside the training rows. */
  readonly validationAccuracy: number
  /** Hyper-parameter settings tried. */
  readonly tries: number
  /** Where it was trained: embedded, local, sagemaker-fast or sagemaker-power. */
  readonly lane: string
  /** Time taken. */
  readonly seconds: number
}

export type LostPositionEffect = 'skipped' | 'repeated'

export type LostPositionAction = 'stop' | 'continue'

/** A service cannot go on where it was in a topic: records that it had to decide were deleted, or the log has forgotten its position. The same loss has the same id each time it is found. */
export type PositionLost = {
  /** Derived from the service and all that follows, except the action. */
  readonly id: string
  /** Whose position it is. */
  readonly service: string
  /** The topic that it consumes. */
  readonly topic: string
  /** The partition of that topic. */
  readonly partition: number
  /** What going on does to the records: those that were deleted are skipped, those whose position was forgotten are decided again. */
  readonly effect: LostPositionEffect
  /** Offset of the first of these records. */
  readonly from: number
  /** Offset after the last of them: they are at most to minus from, since not every offset has a record. */
  readonly to: number
  /** What the service did, by FLYWHEEL_ON_LOST_POSITION: it stopped before the records, or it went on. */
  readonly action: LostPositionAction
}

/** The prompt search ended. */
export type PromptTuned = {
  /** Identity of this event, derived from what caused it: a replay gives the same one. */
  readonly id: string
  /** Ids of the events this one follows from. */
  readonly parents: readonly string[]
  /** When the fact became true, not when it was processed. */
  readonly at: number
  /** The agent this concerns. Agents never mix. */
  readonly agent: string
  /** Id of the TuningDecided event. */
  readonly requestId: string
  /** Version of the dataset. */
  readonly datasetVersion: number
  /** SHA-256 of the evaluation set. */
  readonly evaluation: string
  /** SHA-256 of the baseline planner. */
  readonly baseline: string
  /** SHA-256 of the candidate planner manifest. */
  readonly candidate: string
  /** Accuracy on the rows the search saw. */
  readonly searchScore: number
  /** Accuracy on training rows it did not see: what the choice was made on. */
  readonly heldScore: number
  /** Prompts graded. */
  readonly mutantsTried: number
  /** Time taken. */
  readonly seconds: number
}

export type ReleaseOutcome = 'promoted' | 'rejected' | 'rolledBack'

/** The gate promoted or rejected a candidate, or an operator rolled back to an earlier release. The fields about a candidate are then those of the release that is restored. */
export type ReleaseDecided = {
  /** Identity of this event, derived from what caused it: a replay gives the same one. */
  readonly id: string
  /** Ids of the events this one follows from. */
  readonly parents: readonly string[]
  /** When the fact became true, not when it was processed. */
  readonly at: number
  /** The agent this concerns. Agents never mix. */
  readonly agent: string
  /** promoted and rolledBack change what is served; rejected does not. */
  readonly outcome: ReleaseOutcome
  /** SHA-256 of the planner manifest that is served from now on. */
  readonly planner: string
  /** SHA-256 of the candidate that was judged. */
  readonly candidate: string
  /** What was served before; null for the first. */
  readonly previous: string | null
  /** The rung that made the candidate. */
  readonly rung: Rung
  /** Version of the dataset. */
  readonly datasetVersion: number
  /** Id of the CandidateEvaluated event. */
  readonly evaluationId: string
  /** Id of the TuningDecided event. */
  readonly requestId: string
  /** Every test of the gate with its figures; of a rollback, who asked for it and why. */
  readonly reasons: readonly string[]
  /** Of what is in production on the evaluation set: the released planner; before the first release the agent's own planner, or the untuned one. */
  readonly accuracy: number
  /** Candidate minus baseline accuracy on paired rows; of several baselines, of the one with the smallest lower end. */
  readonly difference: number
  /** Lower end of its 95% interval. */
  readonly lower: number
  /** Upper end of its 95% interval. */
  readonly upper: number
}

/** An operator asked for an earlier planner of an agent to be served again. The figures are those of the release that is restored. */
export type RollbackRequested = {
  /** Identity of this event, derived from the agent and the id that the caller gave the request: the same request is one event. */
  readonly id: string
  /** Id of the ReleaseDecided event that is restored. */
  readonly parents: readonly string[]
  /** When it was asked for. */
  readonly at: number
  /** The agent this concerns. Agents never mix. */
  readonly agent: string
  /** Name of the API key that asked. */
  readonly requestedBy: string
  /** The reason in the operator's words, redacted. */
  readonly why: string
  /** SHA-256 of the planner manifest to serve again. */
  readonly planner: string
  /** The rung that made this planner. */
  readonly rung: Rung
  /** Version of the dataset it was made from. */
  readonly datasetVersion: number
  /** Id of the CandidateEvaluated event that released it. */
  readonly evaluationId: string
  /** Id of the TuningDecided event that asked for it. */
  readonly requestId: string
  /** Its accuracy on the evaluation set when it was released. */
  readonly accuracy: number
  /** Candidate minus baseline accuracy on paired rows, when it was released. */
  readonly difference: number
  /** Lower end of its 95% interval. */
  readonly lower: number
  /** Upper end of its 95% interval. */
  readonly upper: number
}

export type Role = 'reviewer' | 'adjudicator'

/** A reviewer answered an item of the queue. */
export type SampleReviewed = {
  /** Identity of this event, derived from what caused it: a replay gives the same one. */
  readonly id: string
  /** Ids of the events this one follows from. */
  readonly parents: readonly string[]
  /** When the fact became true, not when it was processed. */
  readonly at: number
  /** The agent this concerns. Agents never mix. */
  readonly agent: string
  /** Id of the SampleSelected event. */
  readonly sampleId: string
  /** Which step of the turn, from 0. */
  readonly step: number
  /** Who: the name of the key that was used, or who its owner said. */
  readonly reviewer: string
  /** adjudicator: it settles what the reviews before it disagree on, and was written in their sight. */
  readonly role: Role
  /** Was the agent right? unclear: the reviewer cannot tell. */
  readonly verdict: Verdict
  /** The right calls; empty: to answer without a tool is right; null where unclear. */
  readonly calls: readonly Call[] | null
  /** The right answer to the customer; null if not written. */
  readonly answer: string | null
  /** For colleagues; null if none. */
  readonly notes: string | null
  /** What was replaced in this review by pseudonyms before it was logged; empty where nothing was found. */
  readonly redactions: readonly Redaction[]
}

export type ScoreSource = 'production' | 'gold' | 'synthetic'

export type ArgumentFault = 'missing' | 'extra' | 'wrong'

/** How an argument of a call agrees with gold. */
export type ArgumentScore = {
  /** Of the call. */
  readonly tool: string
  /** Of the argument; empty for a tool that takes one text. */
  readonly name: string
  /** 1 for the same value, 0 for another one, between for a text of other wording. */
  readonly score: number
  /** null where it is right. */
  readonly fault: ArgumentFault | null
}

/** The judge graded a plan, or refused to with a reason. */
export type SampleScored = {
  /** Identity of this event, derived from what caused it: a replay gives the same one. */
  readonly id: string
  /** Ids of the events this one follows from. */
  readonly parents: readonly string[]
  /** When the fact became true, not when it was processed. */
  readonly at: number
  /** The agent this concerns. Agents never mix. */
  readonly agent: string
  /** Id of the SampleSelected event, or the variantId of a synthetic one. */
  readonly sampleId: string
  /** Which step of the turn, from 0. */
  readonly step: number
  /** Kinship, see SampleSelected. */
  readonly family: string
  /** production: no gold yet; gold: graded against it; synthetic: a variant against its parent's gold. */
  readonly source: ScoreSource
  /** The question planned for. */
  readonly question: string
  /** What the agent chose. */
  readonly plannedTool: string
  /** The right tool; null without gold. */
  readonly goldTool: string | null
  /** How good the plan was, 0 to 1; null where refused. From signals it is the chance that the tool was right. A failure of the judge is never a 0. */
  readonly score: number | null
  /** Planned tool equals gold tool; null without gold. A language model's opinion of it is in the evidence packet. */
  readonly toolCorrect: boolean | null
  /** Cosine of planned and gold argument, 0 to 1; null without gold. */
  readonly argumentSimilarity: number | null
  /** Values of planned and gold argument (amounts, dates, percentages, tickers, lengths of time) are the same however written; null without gold. */
  readonly figuresEqual: boolean | null
  /** Whether all calls are right with all their arguments, and none is missing or extra. null without gold, for variants, and in events from before it was compared. */
  readonly exactPlan: boolean | null
  /** F1 of the calls, 0 to 1: a call is right with all its arguments. null where exactPlan is. */
  readonly callF1: number | null
  /** Of the calls whose tool is right; empty where exactPlan is null. */
  readonly arguments: readonly ArgumentScore[]
  /** How near the agent's whole answer is to gold's, 0 to 1: cosine of the texts, 0 where a value of gold's answer is not stated. null where either answer is not known, and in events from before it was graded. */
  readonly answerScore: number | null
  /** Every value of gold's answer is stated in the agent's; null as answerScore is. */
  readonly answerFiguresStated: boolean | null
  /** Why there is no score; null where there is one. */
  readonly refused: string | null
  /** Version of the instrument that scored: signals/… (outcome signals), model/… (a language model) or gold/… (comparison with gold). */
  readonly judge: string
  /** Version of the rubric that the language model judged by: its name and a digest of its text. null where no model judged. */
  readonly rubric: string | null
  /** Version of the prompt around the rubric; null where no model judged. */
  readonly prompt: string | null
  /** The language model; null where none judged. */
  readonly model: string | null
  /** Chance that the tool was right, 0 to 1: the score, mapped by how this version's scores related to gold before (isotonic). null with gold, below 50 earlier gold rows, and in events from before it was fitted. */
  readonly probability: number | null
  /** False while this version of the judge is quarantined or uncalibrated: neither datasets nor releases use its scores. */
  readonly trusted: boolean
  /** SHA-256 of the evidence packet in the object store; null where the fields above are all there is. */
  readonly evidence: string | null
  /** Of the sample; 1 for synthetic ones. */
  readonly inclusionProbability: number
  /** Arms that selected it; empty for synthetic ones. */
  readonly arms: readonly string[]
}

export type Arm = 'escalated' | 'impact' | 'uncertain' | 'underrepresented' | 'random'

export type ArmWeight = {
  /** Why the turn deserves attention. */
  readonly arm: Arm
  /** The probability it gave the turn, above 0 and at most 1. */
  readonly weight: number
}

export type Outcome = {
  /** Handed to a person. */
  readonly escalated: boolean
  /** up or down; null if unrated. */
  readonly rating: string | null
  /** The customer had asked before in this conversation. */
  readonly repeatAsk: boolean
  /** Time to answer in milliseconds. */
  readonly latencyMs: number | null
}

/** A turn was chosen for attention, with the probability it had of being chosen. */
export type SampleSelected = {
  /** Identity of this event, derived from what caused it: a replay gives the same one. */
  readonly id: string
  /** Ids of the events this one follows from. */
  readonly parents: readonly string[]
  /** When the fact became true, not when it was processed. */
  readonly at: number
  /** The agent this concerns. Agents never mix. */
  readonly agent: string
  /** The conversation the turn belongs to. */
  readonly conversationId: string
  /** Id of the ChatLogged event of the turn. */
  readonly turnId: string
  /** Which step of the turn deserves attention, from 0. */
  readonly step: number
  /** Kinship: a conversation, its near-duplicates and synthetic descendants share one family, which is in training or in evaluation, never both. */
  readonly family: string
  /** The customer's turn, redacted. */
  readonly question: string
  /** The messages before the customer's turn, oldest first; empty for the first. At most 64 KiB, the newest kept. */
  readonly earlier: readonly Message[]
  /** How many messages before those of earlier were left out. */
  readonly earlierCut: number
  /** SHA-256 of the system prompt in the object store; null where unknown. */
  readonly prompt: string | null
  /** What the agent did in the turn, in order. */
  readonly steps: readonly Step[]
  /** What the agent decided at that step. */
  readonly plan: Plan
  /** What the agent answered; null if not logged. */
  readonly answer: string | null
  /** The arms that spoke for it. */
  readonly arms: readonly ArmWeight[]
  /** Probability of selection, above 0 and at most 1 (Poisson sampling). */
  readonly inclusionProbability: number
  /** Value of reviewing it: reviewers see higher ones first. */
  readonly value: number
  /** What is known of how the turn went. */
  readonly outcome: Outcome
  /** True where a late escalation or rating selected a turn that had been passed over. */
  readonly correction: boolean
}

export type Operator = 'synonym' | 'typo' | 'slot' | 'drop' | 'swap' | 'recombine'

export type Fate = 'accepted' | 'label' | 'slots' | 'arguments' | 'duplicate' | 'confusable' | 'capped'

export type Variant = {
  /** Derived identity. */
  readonly variantId: string
  /** The varied question. */
  readonly question: string
  /** The right calls for it. */
  readonly calls: readonly Call[]
  /** How it was made. */
  readonly operator: Operator
  /** accepted, or the check that refused it: label (does not route to the gold tool), slots (a value was lost), arguments (not certain what a changed value makes of them), duplicate, confusable (nearer to another tool), capped (enough synthetic already). */
  readonly fate: Fate
  /** What the agent would do, for the judge. */
  readonly plannedTool: string
}

/** Self-play tried to widen a gold answer: every variant with its fate. */
export type SampleWidened = {
  /** Identity of this event, derived from what caused it: a replay gives the same one. */
  readonly id: string
  /** Ids of the events this one follows from. */
  readonly parents: readonly string[]
  /** When the fact became true, not when it was processed. */
  readonly at: number
  /** The agent this concerns. Agents never mix. */
  readonly agent: string
  /** Id of the GoldAnswered event. */
  readonly goldId: string
  /** Id of the SampleSelected event. */
  readonly sampleId: string
  /** The parent's family. */
  readonly family: string
  /** The gold tool, which every accepted variant keeps. */
  readonly tool: string
  /** All variants tried. */
  readonly variants: readonly Variant[]
}

export type ArmCount = {
  /** The arm. */
  readonly arm: Arm
  /** Sum over all turns of the probability it gave them at arrival. */
  readonly expected: number
  /** Turns that it drew, whether or not others did. */
  readonly picks: number
}

export type StratumCount = {
  /** The planned tool. */
  readonly tool: string
  /** Turns seen. */
  readonly turns: number
  /** Turns picked, corrections included. */
  readonly picks: number
  /** Sum over all turns of the planner's uncertainty; one of which nothing is known counts as 1. */
  readonly uncertainty: number
  /** Per arm that spoke for a turn. */
  readonly arms: readonly ArmCount[]
}

/** Turns that one partition of the sampler saw and picked since its last count: what the passed-over ones add to estimates. Sums over all events are totals. */
export type TrafficCounted = {
  /** Identity of this event, derived from what caused it: a replay gives the same one. */
  readonly id: string
  /** Ids of the events this one follows from. */
  readonly parents: readonly string[]
  /** When the fact became true, not when it was processed. */
  readonly at: number
  /** The agent this concerns. Agents never mix. */
  readonly agent: string
  /** Turns seen. */
  readonly turns: number
  /** By planned tool. */
  readonly strata: readonly StratumCount[]
}

/** Golden examples were proven by re-running the agent with them, and indexed. */
export type TrajectoriesProven = {
  /** Identity of this event, derived from what caused it: a replay gives the same one. */
  readonly id: string
  /** Ids of the events this one follows from. */
  readonly parents: readonly string[]
  /** When the fact became true, not when it was processed. */
  readonly at: number
  /** The agent this concerns. Agents never mix. */
  readonly agent: string
  /** Id of the TuningDecided event. */
  readonly requestId: string
  /** Version of the dataset. */
  readonly datasetVersion: number
  /** SHA-256 of the evaluation set. */
  readonly evaluation: string
  /** SHA-256 of the baseline planner. */
  readonly baseline: string
  /** SHA-256 of the candidate planner manifest. */
  readonly candidate: string
  /** SHA-256 of the example set, which is also the name of its index. */
  readonly examples: string
  /** Examples that made the agent reach gold and harmed no neighbour. */
  readonly admitted: number
  /** Gold rows the agent reached without help. */
  readonly unaided: number
  /** Examples refused, by either test. */
  readonly refused: number
  /** Time taken. */
  readonly seconds: number
}

export type TuningOutcome = 'requested' | 'skipped' | 'settled'

/** The strategist asks for a candidate on one rung, or rests and says why. */
export type TuningDecided = {
  /** Identity of this event, derived from what caused it: a replay gives the same one. */
  readonly id: string
  /** Ids of the events this one follows from. */
  readonly parents: readonly string[]
  /** When the fact became true, not when it was processed. */
  readonly at: number
  /** The agent this concerns. Agents never mix. */
  readonly agent: string
  /** requested: climb this rung; skipped: this rung is not worth it; settled: done with this dataset. */
  readonly outcome: TuningOutcome
  /** The rung meant; the last one tried where settled. */
  readonly rung: Rung
  /** Why. */
  readonly reasons: readonly string[]
  /** Version of the dataset. */
  readonly datasetVersion: number
  /** SHA-256 of the dataset object. */
  readonly dataset: string
  /** SHA-256 of the evaluation set. */
  readonly evaluation: string
  /** SHA-256 of the planner manifest now released, or of the untuned one. */
  readonly baseline: string
  /** Seed of the search or training, derived from the request. */
  readonly seed: number
}

export type Events = {
  AgentDescribed: AgentDescribed
  CandidateEvaluated: CandidateEvaluated
  ChatEscalated: ChatEscalated
  ChatLogged: ChatLogged
  DatasetDecided: DatasetDecided
  DecisionRecorded: DecisionRecorded
  FeedbackGiven: FeedbackGiven
  GoldAnswered: GoldAnswered
  IntentEmerged: IntentEmerged
  JudgeExamined: JudgeExamined
  ModelTrained: ModelTrained
  PositionLost: PositionLost
  PromptTuned: PromptTuned
  ReleaseDecided: ReleaseDecided
  RollbackRequested: RollbackRequested
  SampleReviewed: SampleReviewed
  SampleScored: SampleScored
  SampleSelected: SampleSelected
  SampleWidened: SampleWidened
  TrafficCounted: TrafficCounted
  TrajectoriesProven: TrajectoriesProven
  TuningDecided: TuningDecided
}
