import type { SampleScored } from '#schemas/events.ts'

/** What scores: rubric, prompt and model are null where no language model does. A change of any makes it another instrument. */
export type JudgeVersion = Pick<SampleScored, 'judge' | 'rubric' | 'prompt' | 'model'>

const withoutModel = { rubric: null, prompt: null, model: null }

/** Versions of the three; a change of their formulas is a new version. */
export const judgeVersions = {
  signals: { judge: 'signals/v2', ...withoutModel },
  model: { judge: 'model/v1', ...withoutModel },
  gold: { judge: 'gold/v2', ...withoutModel },
} as const satisfies Record<string, JudgeVersion>

/** Under which its standing is kept. */
export function judgeVersionKey({ judge, rubric, prompt, model }: JudgeVersion): string {
  return [judge, rubric, prompt, model].filter(part => part !== null).join(' ')
}
