import type { SampleScored } from '#schemas/events.ts'

/**
 * What scored a plan. Rubric, prompt and model are null where no language model did. A change of any of the four is another
 * version, with a calibration of its own.
 */
export type JudgeVersion = Pick<SampleScored, 'judge' | 'rubric' | 'prompt' | 'model'>

const withoutModel = { rubric: null, prompt: null, model: null }

/** The current versions of the three judges. A change of a formula needs a new version. */
export const judgeVersions = {
  signals: { judge: 'signals/v2', ...withoutModel },
  model: { judge: 'model/v1', ...withoutModel },
  gold: { judge: 'gold/v3', ...withoutModel },
} as const satisfies Record<string, JudgeVersion>

/** The key under which state holds what is known of a version. */
export function judgeVersionKey({ judge, rubric, prompt, model }: JudgeVersion): string {
  return [judge, rubric, prompt, model].filter(part => part !== null).join(' ')
}
